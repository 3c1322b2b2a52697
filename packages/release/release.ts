import { createHash } from "node:crypto";
import { InvalidInputError, type Problem, problemsFound } from "@metrics-link/contract";
import { releaseRules } from "./rules.ts";
import { type Release, type ReleaseHead, releaseHeadSchema, releaseSchema, toolSchema } from "./schema.ts";

/** Where a release stands in the bucket that the host reads. */
export const releaseKeys = {
  release: (host: string, releaseId: string) => `releases/${host}/${releaseId}.json`,
  /** The pointer: which release the host should run. */
  current: (host: string) => `releases/${host}/current.json`,
  agent: (sha256: string) => `agent/${sha256}.mjs`,
  tool: (name: string, version: string, sha256: string, suffix: string) =>
    `tools/${name}/${version}/${sha256}${suffix}`,
} as const;

/** @throws InvalidInputError naming every fault of the head, and nothing of the rest */
export function parseReleaseHead(raw: unknown): ReleaseHead {
  const result = releaseHeadSchema.safeParse(raw);
  if (!result.success) throw unusable(problemsFound(raw, result.error));
  const { host, agent, tools } = result.data;
  const node = toolSchema.strip().safeParse(tools.find(({ name }) => name === "node"));
  if (!node.success)
    throw unusable([{ key: "tools", value: tools.map(({ name }) => name), remedy: "a tool node: no agent could run" }]);
  return { host, agent, node: node.data };
}

/**
 * Checks a release document, its shape and what must hold between its parts.
 * @throws InvalidInputError naming every fault
 */
export function parseRelease(raw: unknown): Release {
  const result = releaseSchema.safeParse(raw);
  if (!result.success) throw unusable(problemsFound(raw, result.error));
  const problems = releaseRules(result.data);
  if (problems.length > 0) throw unusable(problems);
  return result.data;
}

function unusable(problems: readonly Problem[]): InvalidInputError {
  return new InvalidInputError("The release is not usable", problems, "RELEASE_INVALID");
}

/**
 * The one text of a release: keys sorted, lists without a meaning in their order sorted too, no white space. Two
 * programs that mean the same release write the same bytes, so that its hash can be its name.
 */
export function canonicalRelease(release: Release): string {
  const by = <Item>(list: readonly Item[], key: (item: Item) => string) =>
    [...list].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
  return canonicalJson({
    ...release,
    files: by(release.files, (item) => item.path),
    secrets: by(release.secrets, (item) => item.path),
    tools: by(release.tools, (item) => item.name),
  });
}

/** SHA-256 of a release's canonical text: its name. */
export function releaseIdOf(canonicalText: string): string {
  return sha256(canonicalText);
}

export function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

/** JSON with sorted keys, as RFC 8785 orders them (by UTF-16 code units), absent values left out. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, found: unknown) =>
    typeof found === "object" && found !== null && !Array.isArray(found)
      ? Object.fromEntries(Object.entries(found).sort(([a], [b]) => (a < b ? -1 : 1)))
      : found,
  );
}

/** Finds the text of a file by its path: a release of 1,000 senders has 2,000 files, and who reads it asks for each. */
export function textsOf(
  files: readonly { readonly path: string; readonly content: string }[],
): (path: string) => string | undefined {
  // Of two with one path the first counts.
  const texts = new Map(files.toReversed().map(({ path, content }) => [path, content]));
  return (path) => texts.get(path);
}
