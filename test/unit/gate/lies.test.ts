import assert from "node:assert/strict";
import { verify } from "@metrics-link/gate";
import { termsOfA } from "./examples.ts";
import { lies } from "./lies.ts";
import { encodedAs, encodeV1, encodeV2, type Series, snappy } from "./messages.ts";

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

  it("labels that are longer, written out, than a message may be; Remote Write 2 refers to a symbol many times", () => {
    const samples = [{ value: 1, timestamp: now }];
    const own = [["__name__", "m"] as const, ["account", "111"] as const];
    const wide = [...own, ["b".repeat(500), "x".repeat(500)] as const];
    const many: Series[] = Array(100).fill({ labels: wide, samples });
    const exemplars = Array(100).fill({ labels: wide.slice(2), value: 1, timestamp: now });
    const inExemplars: Series[] = [{ labels: own, samples, exemplars }];
    for (const series of [many, inExemplars]) {
      const written = encodeV1(series);
      const verdict = (protocol: 1 | 2, decodedBytes: number) =>
        verify(protocol, snappy(encodedAs[protocol](series)), rules, { ...request, decodedBytes }, now);
      assert.ok(encodeV2(series).length < 10_000);
      // Written out, they may be as long as a whole message.
      for (const protocol of [1, 2] as const) assert.ok(verdict(protocol, written.length).accepted);
      const refused = verdict(2, 90_000);
      assert.equal(refused.accepted ? "accepted" : refused.reason, "decoded_size");
    }
  });
});
