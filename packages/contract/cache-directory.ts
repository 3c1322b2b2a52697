import { homedir } from "node:os";
import { join } from "node:path";

/** The folder under which set-up keeps tools, and the sandbox everything that it makes. */
export function cacheDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  const base = environment.XDG_CACHE_HOME ?? join(homedir(), ".cache");
  return environment.METRICS_LINK_CACHE ?? join(base, "metrics-link");
}
