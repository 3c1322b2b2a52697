import { readFile } from "node:fs/promises";
import { hostPaths, parseRelease, parseReleaseHead, type Release, releaseKeys, sha256 } from "@metrics-link/release";
import type { Effects } from "../effects.ts";
import { at, type Run } from "../run.ts";

/** The name under which a release's own text lies in its directory. */
export const releaseFile = "release.json";

/**
 * Gets the release document, from disk when its hash is right, else from the bucket, and reads of it what every agent
 * understands.
 */
export async function fetchRelease(run: Run): Promise<void> {
  const { identity, target } = run;
  const text =
    (await storedText(run.effects, target)) ??
    (await run.effects.getObject(releaseKeys.release(identity.host, target)));
  const found = sha256(text);
  if (found !== target) throw new Error(`The release document has the hash ${found}: it was changed after publishing`);
  run.text = text.toString();
  run.head = parseReleaseHead(JSON.parse(run.text));
  if (run.head.host === identity.host) return;
  throw new Error(`The release is for the host ${run.head.host}, this is ${identity.host}`);
}

/** A release that this host has had before; undefined when there is none, or its text is not what its name says. */
export async function storedRelease(effects: Pick<Effects, "root">, releaseId: string): Promise<Release | undefined> {
  const text = await storedText(effects, releaseId);
  return text === undefined ? undefined : parseRelease(JSON.parse(text.toString()));
}

async function storedText(effects: Pick<Effects, "root">, releaseId: string): Promise<Buffer | undefined> {
  const text = await readFile(at(effects, hostPaths.releases, releaseId, releaseFile)).catch(() => undefined);
  return text !== undefined && sha256(text) === releaseId ? text : undefined;
}
