import { homedir } from "node:os";
import { join, resolve } from "node:path";

/**
 * The folder under which set-up keeps tools, and the sandbox everything that it makes: the one of
 * `scripts/toolchain/paths.mjs`. An empty variable counts as unset (XDG Base Directory Specification).
 */
export function cacheDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  if (environment.METRICS_LINK_CACHE) return resolve(environment.METRICS_LINK_CACHE);
  const base = environment.XDG_CACHE_HOME || join(environment.HOME || homedir(), ".cache");
  return join(base, "metrics-link");
}
