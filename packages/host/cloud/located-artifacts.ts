import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { type Artifact, parseArtifactIndex } from "@metrics-link/release";

/** An artifact and where its file lies on the deployer's machine. */
export interface LocatedArtifact extends Artifact {
  readonly path: string;
}

/**
 * Reads the index of tools that set-up made (`artifacts/index.json` in the cache).
 * @throws InvalidInputError, or an Error naming the file when there is none
 */
export function locateArtifacts(indexFile: string): LocatedArtifact[] {
  let text: string;
  try {
    text = readFileSync(indexFile, "utf8");
  } catch (cause) {
    throw new Error(`No index of tools at ${indexFile}: run the set-up first`, { cause });
  }
  return parseArtifactIndex(JSON.parse(text)).map((artifact) => ({
    ...artifact,
    path: resolve(dirname(indexFile), artifact.file),
  }));
}
