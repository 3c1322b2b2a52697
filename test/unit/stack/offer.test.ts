import assert from "node:assert/strict";
import { fingerprintOf } from "@metrics-link/contract";
import { agreementOn, describeOffer, type Offer, offerOf, requireHeard } from "../../../scripts/trust/offer.ts";
import { authorityTree } from "../contract/support/tree.ts";

const fingerprint = (byte: string) => Array.from({ length: 32 }, () => byte).join(":");

describe("trust: a peer's offer", () => {
  const stack = "organization/metrics-link/receiver";
  const offer: Offer = { stack, rootFingerprints: [fingerprint("AB")], addresses: ["8.8.4.4", "8.8.8.8"] };
  const nothing = { rootFingerprints: [], addresses: [] };
  const all = { rootFingerprints: offer.rootFingerprints, addresses: offer.addresses };

  it("is read from its contract", () => {
    const { root } = authorityTree();
    const contract = {
      version: 1,
      role: "receiver",
      accountId: "222222222222",
      rootBundle: root,
      dnsName: "b.internal",
      endpointAddresses: ["8.8.4.4"],
      endpointPort: 443,
    };
    assert.deepEqual(offerOf(stack, { contract }), {
      stack,
      rootFingerprints: [fingerprintOf(root)],
      addresses: ["8.8.4.4"],
    });
    assert.equal(offerOf(stack, {}), undefined);
    assert.throws(
      () => offerOf(stack, { contract: { ...contract, endpointAddresses: ["10.0.0.1"] } }),
      /public unicast/,
    );
  });

  it("is shown in groups that are easy to read out, as pinned, new or withdrawn", () => {
    const shown = describeOffer(offer, { rootFingerprints: [], addresses: ["8.8.4.4", "8.8.4.9"] });
    assert.match(shown, /ABABABAB {2}ABABABAB {2}ABABABAB {2}ABABABAB {3}\(NOT pinned\)/);
    assert.match(shown, /8\.8\.4\.4 {3}\(pinned\)\n {4}8\.8\.8\.8 {3}\(NOT pinned\)/);
    assert.match(shown, /8\.8\.4\.9 {3}\(pinned, and NOT offered any more\)/);
    assert.doesNotMatch(describeOffer(offer), /pinned/);
    assert.match(describeOffer(undefined), /no `contract` output yet/);
  });

  it("is pinned completely if nothing was pinned before", () => {
    const { wanted, gone, pins } = agreementOn(offer, nothing);
    assert.deepEqual([wanted, gone, pins], [all, [], all]);
  });

  it("adds a root, since old and new are pinned together, and removes a withdrawn address", () => {
    const before = { rootFingerprints: [fingerprint("CD")], addresses: ["8.8.4.9", "8.8.4.4"] };
    const { wanted, gone, pins } = agreementOn(offer, before);
    assert.deepEqual(wanted, { rootFingerprints: [fingerprint("AB")], addresses: ["8.8.8.8"] });
    assert.deepEqual(gone, ["8.8.4.9"]);
    assert.deepEqual(pins, {
      rootFingerprints: [fingerprint("CD"), fingerprint("AB")],
      addresses: ["8.8.4.4", "8.8.8.8"],
    });
  });

  it("is refused if it needs more root pins than the configuration accepts", () => {
    const four = { rootFingerprints: ["01", "02", "03", "04"].map(fingerprint), addresses: [] };
    assert.throws(() => agreementOn(offer, four), /5 roots would be pinned, and 4 may be/);
  });

  const [ab] = offer.rootFingerprints;
  const heard: readonly [string, Partial<typeof all>, RegExp | undefined][] = [
    [
      "all of it, in another spelling",
      { ...all, rootFingerprints: [`${ab}`.toLowerCase().replaceAll(":", "")] },
      undefined,
    ],
    ["the root alone", { rootFingerprints: all.rootFingerprints }, /heard was nothing, but offered is 8\.8\.4\.4, 8/],
    ["the addresses alone", { addresses: all.addresses }, /heard was nothing, but offered is AB:AB/],
    ["one address of two", { ...all, addresses: ["8.8.4.4"] }, /heard was 8\.8\.4\.4, but offered is 8\.8\.4\.4, 8/],
    ["another address besides", { ...all, addresses: [...all.addresses, "1.1.1.1"] }, /1\.1\.1\.1, but offered/],
    ["another root", { ...all, rootFingerprints: [fingerprint("EE")] }, /heard was EE:.*, but offered is AB:/],
    ["an escape sequence", { ...all, addresses: ["\u001b[2J"] }, /heard was \\u\{1b\}\[2J, but/],
  ];
  for (const [what, part, refused] of heard) {
    it(`is ${refused ? "refused, and nothing is pinned," : "pinned"} if the values read out are ${what}`, () => {
      const hold = () => requireHeard(offer, agreementOn(offer, nothing), { ...nothing, ...part });
      if (refused === undefined) hold();
      else {
        assert.throws(hold, refused);
        assert.throws(hold, /nothing was pinned$/);
      }
    });
  }

  const carried = { account: "111111111111", region: "eu-west-1" };
  const ofSender: Offer = { ...offer, identity: { labels: carried, accountId: "111111111111" } };

  it("has the labels of a sender's series, which name its account", () => {
    const { wanted, pins } = agreementOn(ofSender, all);
    assert.deepEqual(wanted, { rootFingerprints: [], addresses: [], labels: { account: "111111111111" } });
    assert.deepEqual(pins, { ...all, labels: { account: "111111111111" } });
    const named = { ...offer, identity: { labels: { tenant: "shop" }, accountId: "111111111111" } };
    assert.deepEqual(agreementOn(named, all).pins.labels, { tenant: "shop" });
    assert.equal(agreementOn(ofSender, { ...all, labels: { region: "eu-west-1" } }).wanted.labels, undefined);
    const shown = describeOffer(ofSender, { ...all, labels: { account: "222222222222" } });
    assert.match(shown, /labels of its series\n {4}account="111111111111" {3}\(not pinned\)\n {4}region/);
    assert.match(shown, /account="222222222222" {3}\(pinned, and NOT what its series carry\)/);
  });

  it("leaves pinned labels as they are unless labels were read out, and takes none that its series do not carry", () => {
    assert.equal(agreementOn(ofSender, all, "as they are").wanted.labels, undefined);
    const agree = (labels: Record<string, string>) => {
      const agreement = agreementOn(ofSender, all, labels);
      requireHeard(ofSender, agreement, { ...nothing, labels });
      return agreement.pins.labels;
    };
    assert.deepEqual(agree({ region: "eu-west-1" }), { region: "eu-west-1" });
    assert.throws(
      () => agree({ account: "2" }),
      /heard was {account="2"}, but the series carry {account="111111111111", /,
    );
    // Before its first update a sender tells none.
    assert.deepEqual(agreementOn(offer, all, { account: "1" }).pins.labels, { account: "1" });
  });

  it("needs no confirmation if already pinned", () => {
    const before = { ...all, addresses: ["8.8.4.4"] };
    requireHeard(offer, agreementOn(offer, before), { rootFingerprints: [], addresses: ["8.8.8.8"] });
  });
});
