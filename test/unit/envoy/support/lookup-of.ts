import { type Rendering, releaseFiles, toJson } from "@metrics-link/envoy";
import type { Lookup } from "@metrics-link/envoy/read/index.ts";

/** The files of a rendering, as a release has them. @param root the bundle of every peer, and of every service's clients */
export function lookupOf({ bootstrap, ingest, secrets }: Rendering, root?: string): Lookup {
  const files = new Map<string, object>([
    [releaseFiles.bootstrap, bootstrap],
    ...(ingest === undefined ? [] : [[releaseFiles.ingest, ingest] as const]),
    ...secrets.map(({ path, content }) => [path, content] as const),
  ]);
  return (path) => {
    const found = files.get(path);
    if (found !== undefined) return toJson(found);
    return path.startsWith("tls/roots/") || /^tls\/services\/[^/]+\/roots\.pem$/.test(path) ? root : undefined;
  };
}
