import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { releaseFiles } from "@metrics-link/envoy";
import type { Leaf } from "./authority.ts";

/** Puts certificates and key where a static twin looks for them. */
export function layOut(directory: string, leaf: Leaf, rootBundles: Readonly<Record<string, string>>): void {
  const write = (path: string, content: string) => {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content);
  };
  write(releaseFiles.certificateChain, leaf.certificateChain);
  write(releaseFiles.privateKey, leaf.privateKey);
  for (const [peer, pem] of Object.entries(rootBundles)) write(releaseFiles.root(peer), pem);
}
