import { releaseIdOf } from "@metrics-link/release";
import { releaseRule } from "../model/release.ts";

export const releaseIsItsHash = releaseRule(
  {
    name: "release-is-its-hash",
    fence: "host",
    rule: "A release is published under the SHA-256 of its text, for the host that it names.",
    reason: "The host runs what has the name that it was told; a name that is not the hash vouches for nothing.",
    remedy: "Publish what releaseText gives, under releaseKeys.release.",
    source: "docs/architecture.md, The way of a release",
  },
  function* ({ release }, _context, { props: { key, content } }) {
    const expected = `releases/${release.host}/${releaseIdOf(content)}.json`;
    if (key !== expected) yield `the key is ${key} instead of ${expected}`;
  },
);
