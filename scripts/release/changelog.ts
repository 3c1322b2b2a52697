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

const unreleased = /^## \[Unreleased\]\n/m;

/**
 * The entries under `## [Unreleased]`, without the empty groups.
 * @throws LinkError RELEASE_BLOCKED when there is no such heading, or nothing under it
 */
export function unreleasedEntries(changelog: string): string {
  const [, rest] = changelog.split(unreleased);
  if (rest === undefined) throw blocked("CHANGELOG.md has no heading `## [Unreleased]`");
  const [section = ""] = rest.split(/^## /m);
  const groups = section.split(/^(?=### )/m).filter((group) => /^- /m.test(group));
  if (groups.length > 0) return groups.map((group) => group.trim()).join("\n\n");
  throw blocked("CHANGELOG.md has no entry under `## [Unreleased]`", "write down what a user notices");
}

/**
 * The changelog with what was unreleased under a version, and an empty `## [Unreleased]` above it.
 * @param day YYYY-MM-DD
 */
export function released(changelog: string, version: string, day: string): string {
  const entries = unreleasedEntries(changelog);
  if (changelog.includes(`## [${version}]`)) throw blocked(`CHANGELOG.md has a section for ${version} already`);
  const [before = "", rest = ""] = changelog.split(unreleased);
  const older = rest.match(/^## [\s\S]*/m)?.[0] ?? "";
  return `${before}## [Unreleased]\n\n## [${version}] - ${day}\n\n${entries}\n${older === "" ? "" : `\n${older}`}`;
}
