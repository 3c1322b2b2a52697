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
  const head = commitOf(git);

  const refuse = (problems: readonly string[]) => {
    if (problems.length === 0) return;
    throw new LinkError("RELEASE_BLOCKED", {
      what: `${next} cannot be released; nothing was changed:\n${[...new Set(problems)].map(item).join("\n")}`,
    });
  };
  const others = [...versions].filter(([, other]) => other !== version);
  const contents = new Map(manifests.map((file) => [file, withVersion(read(file), version, next)]));
  refuse([
    ...stateProblems(git, tag),
    ...others.map(([file, other]) => `${file} has version ${other}, package.json has ${version}: make them equal`),
    ...[...contents]
      .filter(([file, text]) => versions.get(file) === version && text === undefined)
      .map(([file]) => `${file} is not formatted: run biome, so that its version can be replaced`),
    ...reasonOf(() => unreleasedEntries(changelog)),
    ...reasonOf(() => released(changelog, next, day)),
  ]);
  await prove();
  // Lint and tests take minutes, in which a person may go on working.
  const moved = commitOf(git) === head ? [] : ["HEAD moved while lint and tests ran"];
  refuse([...moved, ...stateProblems(git, tag)]);
  const entries = unreleasedEntries(changelog);
  if (dryRun) return { version: next, tag, entries };

  const files = [changelogFile, ...manifests];
  try {
    writeFileSync(join(repository, changelogFile), released(changelog, next, day));
    for (const [file, text = ""] of contents) writeFileSync(join(repository, file), text);
    const message = ["--message", `release: ${next}`, "--message", entries.replaceAll(/^### /gm, "")];
    git("commit", "--quiet", ...message, "--only", "--", ...files);
    git("tag", "--annotate", tag, "--message", `metrics-link ${next}`);
  } catch (error) {
    // The commit too, if git refused only the tag: the next call would find nothing unreleased.
    git("reset", "--quiet", "--soft", head);
    git("checkout", "--quiet", head, "--", ...files);
    throw error;
  }
  return { version: next, tag, entries };
}

type Git = (...words: string[]) => string;

/** A tag may have the name `HEAD`; git then prefers the file of that name, and warns. */
const commitOf = (git: Git) => git("log", "-1", "--format=%H");

/** By the full name: a short one may be a tag's too. */
function branchOf(git: Git): string | undefined {
  try {
    return git("symbolic-ref", "--quiet", "HEAD").replace(/^refs\/heads\//, "");
  } catch {
    return undefined;
  }
}

/** What blocks a release in the state of the checkout. */
function stateProblems(git: Git, tag: string): string[] {
  const branch = branchOf(git);
  const name = branch === undefined ? "no branch is checked out" : `the branch is ${branch}`;
  const changed = git("status", "--porcelain");
  return [
    ...(branch === "main" ? [] : [`${name}: release from main`]),
    ...(changed === "" ? [] : [`the working tree has changes, commit or stash them:\n${indented(changed)}`]),
    ...(git("tag", "--list", tag) === "" ? [] : [`the tag ${tag} exists`]),
  ];
}

/** The text of a formatted manifest with another version, or undefined when its version does not stand alone in a line. */
function withVersion(text: string, version: string, next: string): string | undefined {
  const line = `\n  "version": "${version}"`;
  return text.split(line).length === 2 ? text.replace(line, `\n  "version": "${next}"`) : undefined;
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
