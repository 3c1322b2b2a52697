import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { hasCode } from "@metrics-link/contract";
import { canonicalJson, canonicalRelease, parseRelease, parseReleaseHead, releaseIdOf } from "@metrics-link/release";
import { z } from "zod";

const file = new URL("versions/v1.json", import.meta.url);
const stored = z
  .looseObject({
    formatVersion: z.int(),
    host: z.string(),
    agent: z.looseObject({}),
    tools: z.array(z.looseObject({})),
  })
  .parse(JSON.parse(readFileSync(file, "utf8")));

describe("the format of a release", () => {
  it("of each version that a host may have to go back to is read whole, and keeps its name", () => {
    const release = parseRelease(stored);
    assert.equal(releaseIdOf(canonicalRelease(release)), releaseIdOf(canonicalJson(stored)));
  });

  it("of the next version is known by its head: an agent fetches the agent that the release wants, and hands over", () => {
    const next = {
      ...stored,
      formatVersion: stored.formatVersion + 1,
      agent: { ...stored.agent, signature: "x" },
      tools: stored.tools.map((tool) => ({ ...tool, provenance: "x" })),
      volumes: [],
    };
    assert.deepEqual(parseReleaseHead(next), parseReleaseHead(stored));
    assert.throws(
      () => parseRelease(next),
      (error) => hasCode(error, "RELEASE_INVALID"),
    );
  });

  it("is strict: a field that an agent does not know could be a check that it would skip", () => {
    for (const more of [
      { ...stored, volumes: [] },
      { ...stored, agent: { ...stored.agent, signature: "x" } },
    ]) {
      assert.throws(
        () => parseRelease(more),
        (error) => hasCode(error, "RELEASE_INVALID"),
      );
    }
  });
});
