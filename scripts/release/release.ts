import { execFileSync } from "node:child_process";
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LinkError } from "@metrics-link/contract";
import { z } from "zod";
import { type Bump, bumped, released, unreleasedEntries } from "./changelog.ts";

const changelogFile = "CHANGELOG.md";
const manifest = z.object({ version: z.string() });

export interface ReleaseOptions {
  readonly bump: Bump;
  /** YYYY-MM-DD. */
  readonly day: string;
  /** Checks everything and writes nothing. */
  readonly dryRun: boolean;
  /** Lint and tests. @throws Error when they fail */
  readonly prove: () => Promise<void>;
}

/**
 * Moves the unreleased entries of the changelog to a version, gives it to every package, commits and tags. It pushes
 * nothing.
 * @returns what was released, or would be
 * @throws LinkError RELEASE_BLOCKED naming everything that blocks the release; nothing is changed then
 */
export async function release(repository: string, { bump, day, dryRun, prove }: ReleaseOptions) {
  const git = (...words: string[]) => execFileSync("git", words, { cwd: repository, encoding: "utf8" }).trim();
  const read = (file: string) => readFileSync(join(repository, file), "utf8");
  const manifests = [
    "package.json",
    "stacks/package.json",
    ...globSync("packages/*/package.json", { cwd: repository }),
  ];
  const versions = new Map(manifests.map((file) => [file, manifest.parse(JSON.parse(read(file))).version]));
  const version = versions.get("package.json") ?? "";
  const changelog = read(changelogFile);
  const next = bumped(version, bump);
  const tag = `v${next}`;

  const branch = git("rev-parse", "--abbrev-ref", "HEAD");
  const changed = git("status", "--porcelain");
  const others = [...versions].filter(([, other]) => other !== version);
  const problems = [
    ...(branch === "main" ? [] : [`the branch is ${branch}: release from main`]),
    ...(changed === "" ? [] : [`the working tree has changes, commit or stash them:\n${indented(changed)}`]),
    ...others.map(([file, other]) => `${file} has version ${other}, package.json has ${version}: make them equal`),
    ...(git("tag", "--list", tag) === "" ? [] : [`the tag ${tag} exists`]),
    ...reasonOf(() => unreleasedEntries(changelog)),
    ...reasonOf(() => released(changelog, next, day)),
  ];
  if (problems.length > 0) {
    throw new LinkError("RELEASE_BLOCKED", {
      what: `${next} cannot be released; nothing was changed:\n${[...new Set(problems)].map(item).join("\n")}`,
    });
  }
  await prove();
  const entries = unreleasedEntries(changelog);
  if (dryRun) return { version: next, tag, entries };

  const files = [changelogFile, ...manifests];
  try {
    writeFileSync(join(repository, changelogFile), released(changelog, next, day));
    for (const file of manifests) {
      writeFileSync(join(repository, file), read(file).replace(`"version": "${version}"`, `"version": "${next}"`));
    }
    git("add", "--", ...files);
    git("commit", "--quiet", "--message", `release: ${next}`, "--message", entries.replaceAll(/^### /gm, ""));
  } catch (error) {
    git("checkout", "--quiet", "HEAD", "--", ...files);
    throw error;
  }
  git("tag", "--annotate", tag, "--message", `metrics-link ${next}`);
  return { version: next, tag, entries };
}

function reasonOf(work: () => unknown): string[] {
  try {
    work();
    return [];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

const item = (problem: string) => `  - ${problem}`;
const indented = (text: string) => text.replaceAll(/^/gm, "      ");
