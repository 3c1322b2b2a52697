import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseRelease, type Release, releaseKeys, sha256 } from "@metrics-link/contract/release.ts";
import { type Run, releaseDirectory } from "../run.ts";

/** The name under which a release's own text lies in its directory. */
export const releaseFile = "release.json";

/** Gets the release document: from disk when its hash is right, else from the bucket. */
export async function fetchRelease(run: Run): Promise<void> {
  const known = await storedRelease(run, run.target);
  run.release = known ?? parse(run, await run.effects.getObject(releaseKeys.release(run.identity.host, run.target)));
}

/** A release that this host has had before; undefined when there is none, or its text is not what its name says. */
export async function storedRelease(run: Run, releaseId: string): Promise<Release | undefined> {
  const text = await readFile(join(releaseDirectory(run, releaseId), releaseFile)).catch(() => undefined);
  return text !== undefined && sha256(text) === releaseId ? parseRelease(JSON.parse(text.toString())) : undefined;
}

function parse({ identity, target }: Run, text: Buffer): Release {
  const found = sha256(text);
  if (found !== target) throw new Error(`The release document has the hash ${found}: it was changed after publishing`);
  const release = parseRelease(JSON.parse(text.toString()));
  if (release.host === identity.host) return release;
  throw new Error(`The release is for the host ${release.host}, this is ${identity.host}`);
}
