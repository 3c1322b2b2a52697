import assert from "node:assert/strict";
import { type Comparison, renderHtml, renderMarkdown, renderText } from "@metrics-link/review";
import { quiet, summary, unchanged, verdictOn } from "./support.ts";

const hash = "a".repeat(64);
const comparison: Comparison = {
  ...unchanged,
  hash,
  source: [
    {
      file: "packages/envoy/render/ingest.ts",
      line: 40,
      before: ["exactly"],
      after: [`any${" ".repeat(2000)}hidden()`],
    },
  ],
  asks: [
    {
      ...{ subject: "receiver-release", type: "aws:s3/bucketObjectv2:BucketObjectv2", kind: "changes", line: 7 },
      path: "registerResource.object.content.files[envoy/bootstrap.json].content",
      ...{ before: `${"x".repeat(5000)}32`, after: `${"x".repeat(5000)}\u202e0` },
    },
    {
      subject: "receiver-data",
      type: "aws:ebs/volume:Volume",
      kind: "changes",
      path: "registerResource.protect",
      before: "true",
    },
  ],
  configuration: [{ path: "config[metrics-link:host].instanceType", before: "t3.small", after: "t3.medium" }],
};
const setAside = [{ key: "tools.acceptUnpinned", value: "true", what: "Nobody vouches." }];
const lines = [...quiet, summary("succeeded")];
const refused = verdictOn(lines, { comparison, setAside });
const accepted = verdictOn(lines, { comparison: { ...comparison, accepted: true }, setAside });
const same = verdictOn(lines);

/** Default_Ignorable_Code_Point (UAX 44), of which Unicode puts only some into the category Format. */
const unseen = ["\u00ad", "\u034f", "\u115f", "\u17b4", "\u200b", "\u3164", "\ufe0f", "\uffa0", "\u{e0101}"];

describe("a comparison with the reviewed program, as a report", () => {
  it("shows invisible characters", () => {
    for (const sign of unseen) {
      const line = { file: "packages/x.ts", line: 1, before: [], after: [`const { a,${sign}} = b;`] };
      const page = renderText(verdictOn(lines, { comparison: { ...comparison, source: [line] } }));
      assert.ok(page.includes(`a,\\u{${sign.codePointAt(0)?.toString(16)}}}`), JSON.stringify(sign));
    }
  });

  for (const [format, render] of Object.entries({ text: renderText, markdown: renderMarkdown, html: renderHtml })) {
    // As a reader sees it: every format escapes in a way of its own.
    const shown = (verdict: typeof refused) =>
      render(verdict)
        .replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))
        .replace(/<br>/g, "\n");

    it(`fails in ${format}, and names the line, the resource and how to accept exactly this`, () => {
      assert.equal(refused.outcome, "failed");
      const page = shown(refused);
      for (const word of [
        "packages/envoy/render/ingest.ts:40",
        "receiver-release (BucketObjectv2): content.files[envoy/bootstrap.json].content, line 7",
        "receiver-data (Volume): option protect",
        `--accept ${hash}`,
        "not accepted",
        "config[metrics-link:host].instanceType",
      ]) {
        assert.ok(page.includes(word), `${word} is not in\n${page}`);
      }
    });

    it(`shows in ${format} a source line to its end, whatever its length`, () => {
      assert.ok(shown(refused).includes("hidden()"));
    });

    it(`shows in ${format} only the differing part of a document in one line, and invisible characters as numbers`, () => {
      const page = shown(refused);
      assert.ok(page.includes("…xxx") && page.includes("x32"), page);
      assert.ok(page.includes("\\u{202e}0") && !page.includes("\u202e"));
      assert.ok(!page.includes("x".repeat(200)));
    });

    it(`passes in ${format} an accepted change, and still shows it`, () => {
      assert.equal(accepted.outcome, "passed");
      const page = shown(accepted);
      assert.ok(page.includes("accepted by --accept") && page.includes("packages/envoy/render/ingest.ts:40"));
    });

    it(`says in ${format} that there is nothing to compare`, () => {
      assert.ok(shown(same).includes(`none: this is the program of ${"b".repeat(12)}, file by file`), shown(same));
    });

    it(`always says in ${format} which protections the configuration drops`, () => {
      for (const verdict of [refused, accepted, verdictOn(lines, { setAside })]) {
        assert.ok(shown(verdict).includes("tools.acceptUnpinned") && shown(verdict).includes("Nobody vouches."));
      }
    });
  }
});
