import assert from "node:assert/strict";
import { verify } from "@metrics-link/gate";
import { termsOfA } from "./examples.ts";
import { lies } from "./lies.ts";

const now = 1_800_000_000_000;
const { rules, request } = termsOfA();

describe("the gate refuses", () => {
  for (const { title, protocol, body, reason } of lies(now)) {
    it(`version ${protocol}: ${title} (${reason})`, () => {
      const verdict = verify(protocol, body(), rules, request, now);
      assert.ok(!verdict.accepted, "it was let through");
      assert.equal(verdict.reason, reason);
    });
  }

  it("and says how many series were in the request, and which one is to blame", () => {
    const found = lies(now).find(({ title }) => title.includes("last of 2,000"));
    assert.ok(found);
    const verdict = verify(found.protocol, found.body(), rules, request, now);
    assert.ok(!verdict.accepted);
    assert.deepEqual([verdict.series, verdict.shown], [2_000, '{__name__="posed", account="222"}']);
  });
});
