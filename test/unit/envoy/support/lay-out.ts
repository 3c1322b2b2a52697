import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { releaseFiles } from "@metrics-link/envoy";
import type { Leaf } from "./authority.ts";

type Files = readonly (readonly [path: string, content: string])[];

function write(directory: string, files: Files): void {
  for (const [path, content] of files) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content);
  }
}

/** Puts certificates and key where a static twin looks for them. */
export function layOut(directory: string, leaf: Leaf, rootBundles: Readonly<Record<string, string>>): void {
  write(directory, [
    [releaseFiles.certificateChain, leaf.certificateChain],
    [releaseFiles.privateKey, leaf.privateKey],
    ...Object.entries(rootBundles).map(([peer, pem]) => [releaseFiles.root(peer), pem] as const),
  ]);
}

/** The same for a metrics service. @param roots of its clients */
export function layOutService(directory: string, listener: string, leaf: Leaf, roots: string): void {
  const files = releaseFiles.service(listener);
  write(directory, [
    [files.certificateChain, leaf.certificateChain],
    [files.privateKey, leaf.privateKey],
    [files.roots, roots],
  ]);
}
