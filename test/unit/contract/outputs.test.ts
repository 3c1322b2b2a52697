import assert from "node:assert/strict";
import { fingerprintOf, InvalidInputError, readPeer, standingOf } from "@metrics-link/contract";
import { selfSigned } from "../../support/openssl.ts";

describe("the contract between the stacks", () => {
  const [root, other] = [selfSigned("root"), selfSigned("other")];

  const output = {
    version: 1,
    role: "sender",
    accountId: "111111111111",
    rootBundle: root.pem,
    dnsName: "metrics-sender.account-a.internal",
    egressAddresses: ["203.0.113.10"],
  };
  const addresses = ["203.0.113.10"];
  const trial = { documentationAddresses: true };
  const read = (value: unknown, rootFingerprints?: string[]) =>
    readPeer("sender", "organization/metrics-link/sender", value, { rootFingerprints, addresses }, trial);

  it("computes the fingerprint that OpenSSL prints", () => {
    assert.equal(fingerprintOf(root.pem), root.fingerprint);
  });

  it("is absent for a peer without a contract output", () => {
    assert.equal(read(undefined, [root.fingerprint]), undefined);
  });

  it("trusts a peer whose root is pinned", () => {
    assert.deepEqual(read(output, [root.fingerprint])?.accepted.rootFingerprints, [root.fingerprint]);
  });

  it("refuses another root, and shows both fingerprints", () => {
    assert.throws(
      () => read({ ...output, rootBundle: other.pem }, [root.fingerprint]),
      (error: Error) => error.message.includes(root.fingerprint) && error.message.includes(other.fingerprint),
    );
  });

  it("refuses a bundle with one pinned and one unknown root, because every root in it would be a trust anchor", () => {
    assert.throws(() => read({ ...output, rootBundle: root.pem + other.pem }, [root.fingerprint]), InvalidInputError);
  });

  it("trusts nobody before a fingerprint is pinned", () => {
    assert.throws(() => read(output, undefined), /pinned is none/);
  });

  it("refuses a later version, another role and a wrong value, naming each", () => {
    assert.throws(() => read({ ...output, version: 3 }, [root.fingerprint]), /contract\.version is 3/);
    assert.throws(() => read({ ...output, role: "receiver" }, [root.fingerprint]), /contract\.role is "receiver"/);
    assert.throws(() => read({ ...output, egressAddresses: ["x"] }, [root.fingerprint]), /egressAddresses\.0 is "x"/);
  });

  describe("with a peer whose stack has another name in the configuration, and cannot be read by it", () => {
    const accepted = {
      stack: "organization/metrics-link/old",
      dnsName: output.dnsName,
      rootBundle: root.pem,
      addresses,
    };
    const standing = (before: unknown, pins: object = {}) =>
      standingOf("sender", {
        peer: { stack: "organization/metrics-link/new", rootFingerprints: [root.fingerprint], addresses, ...pins },
        reading: { error: "unknown stack" },
        before,
        network: trial,
      }).inForce;

    it("keeps what was accepted under the old name, because its pins are the same", () => {
      assert.deepEqual(standing([accepted]), {
        ...accepted,
        stack: "organization/metrics-link/new",
        rootFingerprints: [root.fingerprint],
      });
    });

    it("keeps nothing of a peer with another root or address, and nothing if two would fit", () => {
      assert.equal(standing([accepted], { rootFingerprints: [other.fingerprint] }), undefined);
      assert.equal(standing([accepted], { addresses: ["203.0.113.99"] }), undefined);
      assert.equal(standing([accepted, { ...accepted, stack: "organization/metrics-link/older" }]), undefined);
    });

    it("prefers the name: under it another root is pinned now", () => {
      const renamed = { ...accepted, stack: "organization/metrics-link/new", rootBundle: other.pem };
      assert.equal(standing([accepted, renamed]), undefined);
    });
  });
});
