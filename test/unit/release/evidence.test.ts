import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { gzipSync } from "node:zlib";
import { hasCode } from "@metrics-link/contract";
import { type HostEvidence, packHostEvidence, unpackHostEvidence } from "@metrics-link/release";

const unread = { error: "nothing was read" };
const evidence: HostEvidence = {
  formatVersion: 1,
  takenAt: "2026-11-22T08:00:00Z",
  host: "receiver",
  release: { value: { inForce: "a", documentSha256: "a" } },
  agent: unread,
  files: unread,
  certificates: unread,
  bundles: unread,
  envoy: unread,
  gate: unread,
  units: unread,
  tools: unread,
  listening: { value: [{ address: "127.0.0.1", port: 9090 }] },
  fences: unread,
  handshakes: {
    value: { since: "", accepted: [], refused: [{ start: "now", tls_failure: null, status: 0 }], cut: [] },
  },
};

describe("the evidence of a host", () => {
  it("unpacks as it was packed", () => {
    assert.deepEqual(unpackHostEvidence(`${packHostEvidence(evidence)}\n`), evidence);
  });

  it("fits into one response of Run Command, and names what it omits", () => {
    const refused = Array.from({ length: 400 }, () => ({ tls_failure: randomBytes(60).toString("hex") }));
    const long: HostEvidence = { ...evidence, handshakes: { value: { since: "", accepted: [], refused, cut: [] } } };
    const packed = packHostEvidence(long);
    assert.ok(packed.length < 24_000, `${packed.length}`);
    const found = unpackHostEvidence(packed);
    assert.match("error" in found.handshakes ? found.handshakes.error : "", /^too long for one answer of Run Command/);
    assert.deepEqual(found.listening, evidence.listening);
  });

  it("is refused in another format", () => {
    const other = gzipSync(JSON.stringify({ ...evidence, formatVersion: 2 })).toString("base64");
    assert.throws(() => unpackHostEvidence(other), /formatVersion: evidence of format 1/);
    assert.throws(
      () => unpackHostEvidence("usage: agent"),
      (error) => hasCode(error, "EVIDENCE_INVALID"),
    );
  });
});
