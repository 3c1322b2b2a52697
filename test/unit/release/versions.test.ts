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
  it("is read in each version that a host may roll back to, and keeps its hash", () => {
    const release = parseRelease(stored);
    assert.equal(releaseIdOf(canonicalRelease(release)), releaseIdOf(canonicalJson(stored)));
  });

  it("is read by its head in the next version: an agent fetches the agent that the release names, and hands over", () => {
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

  it("is strict: an unknown field could be a check that the agent would skip", () => {
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
