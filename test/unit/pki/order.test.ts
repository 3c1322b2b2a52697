import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { identityName, leafNames, type PkiOutput } from "@metrics-link/contract";
import { isRootOf, requireOrder } from "@metrics-link/pki";
import fc from "fast-check";
import { authority, pki } from "./support.ts";

const own = "organization/metrics-link/sender";
const receiver = "organization/metrics-link/receiver";
const identity = (one: number) => ({ ...pki, generations: { ...pki.generations, identity: one } });

describe("the order of a rotation", () => {
  const peer = (rootFingerprints: string[], dnsName = pki.dnsName, stack = own) => [
    { stack: receiver, trusts: [{ stack, rootFingerprints, dnsName }] },
  ];
  const today = (one = 1): PkiOutput => ({
    stack: own,
    root: "offline",
    generations: identity(one).generations,
    roots: { "1": "ONE" },
    intermediates: {},
    leaf: { generation: 1, renewal: 0, notBefore: "", notAfter: "", fingerprint: "" },
  });
  const order = (change: Partial<Parameters<typeof requireOrder>[0]>) =>
    requireOrder({
      stack: own,
      pki,
      inForce: today(),
      nameInForce: pki.dnsName,
      signingRoot: "ONE",
      peers: peer(["ONE"]),
      ...change,
    });
  const refused = (change: Parameters<typeof order>[0], message: RegExp) =>
    assert.throws(() => order(change), { code: "ROTATION_OUT_OF_ORDER", message });

  it("allows a root that the peer trusts, and any root before there is a link", () => {
    order({});
    order({ signingRoot: "TWO", peers: peer(["ONE", "TWO"]) });
    order({ signingRoot: "TWO", peers: [{ stack: "x", trusts: undefined }] });
    order({ signingRoot: "TWO", inForce: undefined });
  });

  it("refuses a root that the peer does not trust yet, naming what it trusts and who must update", () => {
    for (const signingRoot of ["TWO", undefined]) {
      refused(
        { signingRoot },
        /nothing was changed[\s\S]*it trusts ONE\. .*otherRoots.*then organization\/metrics-link\/receiver must update/,
      );
    }
  });

  it("refuses an identity that the peer would not accept, and allows the next one", () => {
    order({ pki: identity(2) });
    refused({ pki: identity(3) }, /it expects metrics-sender\.account-a\.internal/);
    const second = { inForce: today(2), nameInForce: `e2.${pki.dnsName}`, peers: peer(["ONE"], `e2.${pki.dnsName}`) };
    order({ pki: identity(3), ...second });
    refused({ pki: identity(1), ...second }, /it expects e2\./);
  });

  it("ignores a peer that claims to reject today's leaf, which could otherwise block every update", () => {
    for (const peers of [
      peer(["OTHER"]),
      peer([]),
      peer(["ONE"], "somebody.else"),
      [{ stack: receiver, trusts: [] }],
    ]) {
      order({ peers });
      order({ peers, pki: { ...pki, generations: { ...pki.generations, leaf: 2 } } });
    }
  });

  describe("after `pulumi stack rename`", () => {
    const old = peer(["ONE"], pki.dnsName, "organization/metrics-link/before-the-rename");

    it("holds for a peer that knows this stack by its old name, whether this one was updated since or not", () => {
      const inForce = { ...today(), stack: "organization/metrics-link/before-the-rename" };
      for (const change of [{ peers: old }, { peers: old, inForce }]) {
        const knows = /which knows this stack as organization\/metrics-link\/before-the-rename,/;
        refused({ ...change, pki: identity(3) }, knows);
        refused({ ...change, signingRoot: "TWO" }, knows);
        order({ ...change, pki: identity(2) });
      }
    });

    it("tells whom to ask for the new name", () => {
      const [warning, ...others] = order({ peers: old });
      assert.match(
        warning ?? "",
        /receiver knows this stack as .*before-the-rename, and it is .*\/sender now.*PeerHeld/,
      );
      assert.deepEqual([others, order({})], [[], []]);
    });

    it("ignores the entry of another stack, under whatever name", () => {
      const another = { stack: "organization/metrics-link/another", rootFingerprints: ["OTHER"], dnsName: pki.dnsName };
      assert.deepEqual(order({ peers: [{ stack: receiver, trusts: [another] }], signingRoot: "TWO" }), []);
    });
  });

  it("refuses another dnsName while a peer expects the one in force", () => {
    const renamed = { ...pki, dnsName: "metrics-sender.account-z.internal" };
    refused(
      { pki: renamed },
      /pki\.dnsName is "metrics-sender\.account-z\.internal": metrics-sender\.account-a\.internal, /,
    );
    const second = { inForce: today(2), nameInForce: `e2.${pki.dnsName}`, peers: peer(["ONE"], `e2.${pki.dnsName}`) };
    refused({ ...second, pki: { ...identity(2), dnsName: renamed.dnsName } }, /pki\.dnsName/);
    order({ pki: renamed, peers: peer(["ONE"], "somebody.else") });
  });

  it("never lets an honest peer that accepts today's leaf refuse the next, under any name that it lists", () => {
    const generation = fc.integer({ min: 1, max: 4 });
    const root = fc.constantFrom("ONE", "TWO");
    fc.assert(
      fc.property(
        fc.record({
          now: generation,
          next: generation,
          expected: fc.constantFrom(0, 1),
          renamed: fc.boolean(),
          signingRoot: root,
          trusted: fc.uniqueArray(root, { minLength: 1 }),
          stack: fc.constantFrom(own, "organization/metrics-link/old", "other/metrics-link/sender"),
        }),
        ({ now, next, expected, renamed, signingRoot, trusted, stack }) => {
          const wanted = { ...identity(next), dnsName: renamed ? "metrics-sender.renamed.internal" : pki.dnsName };
          const dnsName = identityName(pki.dnsName, Math.max(1, now - expected));
          const acceptsToday = trusted.includes("ONE");
          const acceptsNext = trusted.includes(signingRoot) && leafNames(wanted.dnsName, next).includes(dnsName);
          fc.pre(acceptsToday && !acceptsNext);
          refused(
            {
              pki: wanted,
              inForce: today(now),
              nameInForce: identityName(pki.dnsName, now),
              signingRoot,
              peers: peer(trusted, dnsName, stack),
            },
            /nothing was changed/,
          );
        },
      ),
    );
  });
});

describe("a trial root", () => {
  const root = (organization: string) =>
    new X509Certificate(authority({ commonName: `${organization} Root CA G1`, organization, days: 3652 }).pem);
  const args = { organization: "Account A Metrics", validityYears: 10, generation: 1 };

  it("stays with the same organization, generation and lifetime", () => {
    assert.ok(isRootOf(root("Account A Metrics"), args));
    for (const organization of ["Österreichische Post", "Ö".repeat(53)]) {
      assert.ok(isRootOf(root(organization), { ...args, organization }), organization);
    }
  });

  it("is another one with any other, also where one name contains the other", () => {
    const found = root("Account A Metrics");
    for (const change of [
      { organization: "Account B Metrics" },
      { organization: "ccount A Metrics" },
      { generation: 2 },
      { validityYears: 11 },
    ]) {
      assert.ok(!isRootOf(found, { ...args, ...change }), JSON.stringify(change));
    }
  });
});
