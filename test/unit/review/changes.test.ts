import assert from "node:assert/strict";
import { judge } from "@metrics-link/review";
import { changesOf } from "@metrics-link/review/changes.ts";
import { askedFor, pack, quiet, read, recorded, step, summary, unchanged, urn, verdictOn } from "./support.ts";

const address = urn("aws:ec2/eip:Eip", "receiver-address-a", ["metrics-link:network:FencedIngress"]);
const guarded = { protect: true, retainOnDelete: true };
const on = (...lines: string[]) => verdictOn([...quiet, ...lines, summary("succeeded")]);
const changes = (...lines: string[]) => changesOf(read(lines));

/** What must not go, by type, with what it stands under. */
const kept: readonly (readonly [string, string, string[]?])[] = [
  ["aws:ec2/eip:Eip", "receiver-address-a"],
  ["aws:ebs/volume:Volume", "receiver-data"],
  ["aws:s3/bucket:Bucket", "receiver-releases"],
  ["aws:kms/key:Key", "receiver-key"],
  ["aws:secretsmanager/secret:Secret", "receiver-secret"],
  ["tls:index/selfSignedCert:SelfSignedCert", "receiver-root-g1-certificate", ["metrics-link:pki:RootAuthority"]],
  ["tls:index/privateKey:PrivateKey", "receiver-root-g1-key", ["metrics-link:pki:RootAuthority"]],
];

describe("a removal in a preview", () => {
  for (const [type, name, parents] of kept) {
    const resource = urn(type, name, parents);
    it(`fails the review if the resource must be kept: ${type} ${name}`, () => {
      for (const lines of [
        [step("delete", resource, { old: {} })],
        [step("discard", resource, { old: {} })],
        [
          step("create-replacement", resource, { old: {}, new: {}, keys: ["domain"] }),
          step("replace", resource, { old: {}, new: {} }),
        ],
        [step("delete-replaced", resource, { old: {} })],
      ]) {
        const { outcome, failures } = on(...lines);
        assert.equal(outcome, "failed", lines[0]);
        assert.deepEqual([failures.length, failures[0]?.rule, failures[0]?.resource], [1, `keeps-${name}`, name]);
      }
    });

    it(`fails the review if the resource loses its protection: ${type} ${name}`, () => {
      for (const op of ["same", "update"]) {
        const { outcome, failures } = on(step(op, resource, { old: guarded, new: { retainOnDelete: true } }));
        assert.equal(outcome, "failed", op);
        assert.match(failures[0]?.what ?? "", /lose protect/);
      }
    });

    it(`passes if the resource stays, changes in place, or is new: ${type} ${name}`, () => {
      for (const op of ["same", "update", "create"]) {
        assert.equal(on(step(op, resource, { old: guarded, new: guarded })).outcome, "passed", op);
      }
    });
  }

  it("is excused by a deviation of exactly that resource, until its last day", () => {
    const lines = [...quiet, step("delete", address, { old: {} }), summary("succeeded")];
    const excused = (policy: string, until: string) =>
      verdictOn(lines, { deviations: [{ policy, until, reason: "the address moves" }] }).outcome;
    assert.equal(excused("keeps-receiver-address-a", "2026-11-26"), "passed");
    assert.equal(excused("keeps-receiver-address-a", "2026-11-25"), "failed");
    assert.equal(excused("keeps-receiver-address-b", "2026-11-26"), "failed");
  });

  it("is listed first: resources that must be kept, then those of a fence", () => {
    const names = changes(
      step("create", urn("aws:s3/bucketObjectv2:BucketObjectv2", "new"), { new: {} }),
      step("delete", urn("aws:s3/bucketObjectv2:BucketObjectv2", "old"), { old: {} }),
      step("update", urn("aws:ec2/eip:Eip", "tagged"), { old: {}, new: {} }),
      step("delete", urn("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "door"), { old: {} }),
      step("replace", address, { old: {}, new: {} }),
    ).map(({ name }) => name);
    assert.deepEqual(names, ["receiver-address-a", "door", "old", "tagged", "new"]);
  });

  it("is one change for the three steps of a replacement, with the properties that force it", () => {
    const all = changes(
      step("delete-replaced", address, { old: guarded }),
      step("create-replacement", address, { old: guarded, new: {}, keys: ["domain"], detailedDiff: { domain: {} } }),
      step("replace", address, { old: guarded, new: {} }),
    );
    assert.equal(all.length, 1);
    assert.deepEqual([all[0]?.kind, all[0]?.forcedBy, all[0]?.protected], ["replace", ["domain"], true]);
  });

  it("is never guessed: an unknown operation stops the review", () => {
    assert.throws(() => changes(step("evaporate", address)), {
      code: "PREVIEW_UNREADABLE",
      message: /would evaporate .*receiver-address-a/,
    });
  });

  it("is reported without the engine's advice to unprotect it (recorded)", () => {
    const record = recorded("receiver-another-zone");
    assert.match(record.errors[0]?.message ?? "", /pulumi state unprotect/);
    const verdict = judge({
      ...{ stack: "receiver", record, pack, deviations: [], now: new Date() },
      ...{ setAside: [], labels: [], senders: [], comparison: unchanged, asked: askedFor(record) },
    });
    assert.equal(verdict.outcome, "failed");
    assert.doesNotMatch(JSON.stringify(verdict), /unprotect/);
  });

  it("is in the engine's events although the address is protected (recorded)", () => {
    const all = changesOf(recorded("receiver-another-zone"));
    assert.deepEqual(
      all.slice(0, 1).map(({ kind, name, protected: guard }) => [kind, name, guard]),
      [["delete", "receiver-address-b", true]],
    );
    const removed = all.filter(({ kind }) => kind === "delete" || kind === "replace");
    // The engine's own count: 5 deletes and 2 replacements, and the address, which it refuses.
    assert.equal(removed.length, 5 + 2 + 1);
    assert.ok(all.every(({ kind }, index) => index < removed.length || kind === "create" || kind === "update"));
  });
});
