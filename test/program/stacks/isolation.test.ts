import assert from "node:assert/strict";
import { fileOf } from "./stacks.ts";
import {
  addressA,
  contractB,
  declared,
  fence,
  healthy,
  ingress,
  rootA,
  rootB,
  rootFiles,
  stackA,
  stackB,
  stranger,
  update,
} from "./two-senders.ts";

describe("a receiver's stack with a faulty sender", () => {
  const troubles: Readonly<Record<string, { readonly peer: unknown; readonly reason: string }>> = {
    "an unpinned root": { peer: { ...contractB, rootBundle: stranger.pem }, reason: "root-not-pinned" },
    "an unpinned root beside the pinned one": {
      peer: { ...contractB, rootBundle: rootB.pem + stranger.pem },
      reason: "root-not-pinned",
    },
    "an unpinned address": { peer: { ...contractB, egressAddresses: ["203.0.113.99"] }, reason: "address-not-pinned" },
    "the other sender's address": { peer: { ...contractB, egressAddresses: [addressA] }, reason: "address-not-pinned" },
    "the other sender's root": { peer: { ...contractB, rootBundle: rootA.pem }, reason: "root-not-pinned" },
    "no stack": { peer: new Error(`unknown stack "${stackB}"`), reason: "unreadable" },
    "a destroyed stack": { peer: undefined, reason: "absent" },
    "a secret that cannot be decrypted": { peer: {}, reason: "malformed" },
    "garbage for a contract": { peer: "\u001b[2Jgarbage", reason: "malformed" },
    "a contract of a later version": { peer: { ...contractB, version: 3 }, reason: "version" },
    "the contract of a receiver": { peer: { ...contractB, role: "receiver" }, reason: "malformed" },
  };

  for (const [trouble, { peer, reason }] of Object.entries(troubles)) {
    it(`keeps both senders as they were if one has ${trouble}, and reports it`, async () => {
      const first = await update();
      const second = await update({
        peers: { ...healthy, [stackB]: peer },
        before: { accepted: first.outputs.accepted },
      });
      assert.deepEqual(fence(second), fence(first));
      assert.deepEqual(second.outputs.accepted, first.outputs.accepted);
      assert.deepEqual(
        second.outputs.setAside.map(({ words: _, ...rest }: { words: string }) => rest),
        [{ stack: stackB, name: "account-b", state: "held", reason, inForce: true }],
      );
      assert.match(
        fileOf(second.registrations, "receiver", "prometheus/alerts.yml"),
        new RegExp(`alert: PeerHeld[\\s\\S]*peer: account-b\\n\\s+reason: ${reason}`),
      );
    });

    it(`admits only the other sender if one that was never accepted has ${trouble}`, async () => {
      const alone = await update({ peers: { ...healthy, [stackB]: peer } });
      assert.deepEqual(ingress(alone.registrations), [`${addressA}/32`]);
      assert.deepEqual(rootFiles(alone), ["tls/roots/account-a.pem"]);
      assert.deepEqual(
        alone.outputs.peers.map(({ stack }: { stack: string }) => stack),
        [stackA],
      );
    });
  }

  it("renews its leaf while a sender is faulty", async () => {
    const leaves = async (peers: Readonly<Record<string, unknown>>, generation: number) => {
      const pki = { organization: "Account B Metrics", dnsName: "metrics-receiver.account-b.internal", root: "trial" };
      const change = { ...declared(), "metrics-link:pki": { ...pki, generations: { leaf: generation } } };
      const { registrations } = await update({ peers, change });
      return registrations
        .filter(({ type, name }) => /LocallySignedCert/.test(type) && /leaf/.test(name))
        .map(({ name }) => name);
    };
    const broken = { ...healthy, [stackB]: new Error("unknown stack") };
    assert.notDeepEqual(await leaves(broken, 2), await leaves(broken, 1));
    assert.deepEqual(await leaves(broken, 2), await leaves(healthy, 2));
  });

  it("stops trusting what is no longer pinned, even if the sender cannot be read", async () => {
    const before = { accepted: (await update()).outputs.accepted };
    const peers = { ...healthy, [stackB]: new Error("unknown stack") };
    for (const pins of [{ rootFingerprints: [stranger.fingerprint] }, { addresses: ["203.0.113.21"] }]) {
      const found = await update({ peers, before, change: declared(pins) });
      assert.deepEqual(ingress(found.registrations), [`${addressA}/32`]);
      assert.deepEqual(rootFiles(found), ["tls/roots/account-a.pem"]);
      assert.equal(found.outputs.setAside[0].inForce, false);
      assert.deepEqual(
        found.outputs.accepted.map(({ stack }: { stack: string }) => stack),
        [stackA],
      );
    }
  });

  it("keeps trusting only the pinned one of two roots", async () => {
    const both = { ...healthy, [stackB]: { ...contractB, rootBundle: rootB.pem + stranger.pem } };
    const pins = (...rootFingerprints: string[]) => declared({ rootFingerprints });
    const first = await update({ peers: both, change: pins(rootB.fingerprint, stranger.fingerprint) });
    const before = { accepted: first.outputs.accepted };
    const found = await update({ peers: both, before, change: pins(rootB.fingerprint) });
    assert.equal(fileOf(found.registrations, "receiver", "tls/roots/account-b.pem"), rootB.pem);
  });

  it("ignores entries of its own outputs that are malformed or duplicate", async () => {
    const [, b] = (await update()).outputs.accepted;
    const peers = { ...healthy, [stackB]: new Error("unknown stack") };
    const hidden = stranger.pem.replaceAll("CERTIFICATE", "X509 CERTIFICATE");
    const states: unknown[] = [
      "garbage",
      { [stackB]: b },
      [{ ...b, rootBundle: b.rootBundle + hidden }],
      [{ ...b, rootBundle: "" }],
      [{ ...b, addresses: [] }],
      [{ ...b, addresses: ["203.0.113.20/8"] }],
      [{ ...b, dnsName: "*.internal" }],
      [b, b],
    ];
    for (const accepted of states) {
      const found = await update({ peers, before: { accepted } });
      assert.deepEqual(rootFiles(found), ["tls/roots/account-a.pem"], JSON.stringify(accepted));
    }
    // A later release of this program may have written more.
    const wider = await update({ peers, before: { accepted: [{ ...b, more: true }] } });
    assert.equal(fileOf(wider.registrations, "receiver", "tls/roots/account-b.pem"), rootB.pem);
    const foreign = [{ ...b, rootBundle: b.rootBundle + stranger.pem }];
    const found = await update({ peers, before: { accepted: foreign } });
    assert.equal(fileOf(found.registrations, "receiver", "tls/roots/account-b.pem"), rootB.pem);
  });

  it("is not blocked by a sender that claims to reject this side's certificate", async () => {
    const trusts = [{ stack: "organization/metrics-link/test", rootFingerprints: [rootA.fingerprint], dnsName: "x.y" }];
    const { outputs } = await update({ peers: { ...healthy, [stackB]: { ...contractB, trusts } } });
    assert.deepEqual(outputs.setAside, []);
  });
});
