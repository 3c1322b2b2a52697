import { LinkError } from "@metrics-link/contract";

/** What a version number may be raised by: https://semver.org. */
export const bumps = ["major", "minor", "patch"] as const;
export type Bump = (typeof bumps)[number];

/** The next version. @throws LinkError RELEASE_BLOCKED when the present one is not MAJOR.MINOR.PATCH */
export function bumped(version: string, bump: Bump): string {
  const parts = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/.exec(version)?.slice(1).map(Number);
  if (parts === undefined) throw blocked(`${version} is not a version of the form MAJOR.MINOR.PATCH`);
  const place = bumps.indexOf(bump);
  return parts.map((part, index) => (index < place ? part : index === place ? part + 1 : 0)).join(".");
}

const blocked = (what: string, next?: string) =>
  new LinkError("RELEASE_BLOCKED", { what, ...(next === undefined ? {} : { next }) });

/** A heading of a section. The text between two is kept as it is. */
const heading = /^##[ \t].*$/gm;
const unreleased = "## [Unreleased]";

interface Changelog {
  /** Up to and without the heading `## [Unreleased]`. */
  readonly before: string;
  readonly unreleased: string;
  /** From the next heading on. */
  readonly older: string;
}

/** @throws LinkError RELEASE_BLOCKED when it is not clear which text is unreleased */
function sectionsOf(changelog: string): Changelog {
  if (/^ *(```|~~~)/m.test(changelog))
    throw blocked("CHANGELOG.md has a code block, whose lines look like headings", "indent the block by four spaces");
  const headings = [...changelog.matchAll(heading)].map(({ 0: line, index }) => ({ line: line.trimEnd(), index }));
  const named = headings.filter(({ line }) => /unreleased/i.test(line));
  const [only] = named;
  if (only === undefined) throw blocked(`CHANGELOG.md has no heading \`${unreleased}\``);
  if (named.length > 1 || only.line !== unreleased || headings[0] !== only) {
    throw blocked(
      `CHANGELOG.md does not begin with its only heading \`${unreleased}\`: it has ${named.map(({ line }) => `\`${line}\``).join(", ")}`,
      "leave one, above all versions",
    );
  }
  const end = headings[1]?.index ?? changelog.length;
  return {
    before: changelog.slice(0, only.index),
    unreleased: changelog.slice(only.index, end).split("\n").slice(1).join("\n"),
    older: changelog.slice(end),
  };
}

/**
 * The text under `## [Unreleased]`, without the headings of empty groups.
 * @throws LinkError RELEASE_BLOCKED when there is no such heading, more than one, or nothing under it
 */
export function unreleasedEntries(changelog: string): string {
  const groups = sectionsOf(changelog).unreleased.split(/^(?=### )/m);
  const filled = groups.filter((group) => group.replace(/^### .*/, "").trim() !== "");
  if (filled.length > 0) return filled.map((group) => group.trim()).join("\n\n");
  throw blocked(`CHANGELOG.md has no entry under \`${unreleased}\``, "write down what a user notices");
}

/**
 * The changelog with what was unreleased under a version, and an empty `## [Unreleased]` above it.
 * @param day YYYY-MM-DD
 */
export function released(changelog: string, version: string, day: string): string {
  const entries = unreleasedEntries(changelog);
  const { before, older } = sectionsOf(changelog);
  if (changelog.includes(`## [${version}]`)) throw blocked(`CHANGELOG.md has a section for ${version} already`);
  return `${before}${unreleased}\n\n## [${version}] - ${day}\n\n${entries}\n${older === "" ? "" : `\n${older}`}`;
}
