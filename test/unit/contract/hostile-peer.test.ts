import assert from "node:assert/strict";
import {
  addressesIn,
  certificatesOf,
  fingerprintOf,
  InvalidInputError,
  type PeerPins,
  readContract,
  readPeer,
  standingOf,
} from "@metrics-link/contract";
import { selfSigned } from "../../support/openssl.ts";
import { authorityTree } from "./support/tree.ts";

describe("the contract of a hostile peer", () => {
  const { root, intermediate, leaf } = authorityTree();
  const other = selfSigned("other");
  const sender = {
    version: 1,
    role: "sender",
    accountId: "111111111111",
    rootBundle: root,
    dnsName: "metrics-sender.account-a.internal",
    egressAddresses: ["8.8.4.4"],
  };
  const { egressAddresses: _, ...common } = sender;
  const receiver = { ...common, role: "receiver", endpointAddresses: ["8.8.4.4", "8.8.8.8"], endpointPort: 443 };
  const pins = { rootFingerprints: [fingerprintOf(root)], addresses: ["8.8.4.4", "8.8.8.8"] };
  const onInternet = { documentationAddresses: false };
  const read = (output: unknown, agreed: PeerPins = pins, network = onInternet) => {
    const { role } = output as { role: "sender" | "receiver" };
    return readPeer(role, "organization/metrics-link/peer", output, agreed, network);
  };

  /** The message of the refusal, which must be one that may be shown on a terminal. */
  function refusal(output: unknown, agreed: PeerPins = pins): string {
    try {
      read(output, agreed);
    } catch (error) {
      assert.ok(error instanceof InvalidInputError, String(error));
      assert.doesNotMatch(
        error.message.replaceAll("\n", ""),
        /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u,
      );
      assert.ok(error.message.includes("organization/metrics-link/peer"), error.message);
      assert.ok(error.message.length < 12_000, `a message of ${error.message.length} characters`);
      return error.message;
    }
    assert.fail("was accepted");
  }

  it("is accepted if it is pinned, with re-encoded certificates", () => {
    const crlf = { ...sender, rootBundle: `\r\n${root.replaceAll("\n", "\r\n")}\r\n` };
    for (const output of [sender, crlf, receiver]) {
      const { accepted } = read(output) ?? assert.fail("nothing was read");
      assert.equal(accepted.rootBundle, certificatesOf(root).join(""));
      assert.deepEqual(accepted.rootFingerprints, pins.rootFingerprints);
    }
  });

  const relabelled = (pem: string, label: string) => pem.replaceAll("CERTIFICATE-----", `${label}-----`);
  const concatenated = () => {
    const der = [root, other.pem].map((pem) => Buffer.from(pem.replaceAll(/-----.*-----|\s/g, ""), "base64"));
    const base64 =
      Buffer.concat(der)
        .toString("base64")
        .match(/.{1,64}/g) ?? [];
    return `-----BEGIN CERTIFICATE-----\n${base64.join("\n")}\n-----END CERTIFICATE-----\n`;
  };
  const bundles: readonly [string, string, RegExp][] = [
    ["another root in a block X509 CERTIFICATE", root + relabelled(other.pem, "X509 CERTIFICATE"), /after 1 of its/],
    ["another root in a block TRUSTED CERTIFICATE", root + relabelled(other.pem, "TRUSTED CERTIFICATE"), /after 1 of/],
    ["the same in front of the pinned one", relabelled(other.pem, "X509 CERTIFICATE") + root, /after 0 of its/],
    ["two blocks on one line", root.trimEnd() + other.pem, /after 0 of its/],
    ["an END with a dash less", root.replace("E-----\n", "E----\n") + other.pem, /after 0 of its|after 1 of its/],
    ["an END that is another block's", root.replace("END CERTIFICATE", "END X509 CERTIFICATE"), /after 0 of its/],
    ["headers inside a block", root.replace("E-----\n", "E-----\nProc-Type: 4,ENCRYPTED\n\n"), /after 0 of its/],
    ["text before a block", `junk\n${root}`, /after 0 of its/],
    ["text after a block", `${root}junk`, /after 1 of its/],
    ["a byte order mark", `\uFEFF${root}`, /after 0 of its/],
    ["blanks before BEGIN", ` ${root}`, /after 0 of its/],
    ["a carriage return alone as the end of lines", root.replaceAll("\n", "\r"), /after 0 of its/],
    ["its private key", root + selfSigned("x").key, /after 1 of its/],
    ["two certificates in one block", concatenated(), /other bytes than those of one certificate/],
    ["no certificate at all", "", /it holds 0, 1 to 4/],
    [
      "a block that is no certificate",
      "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
      /not an X.509/,
    ],
    ["the pinned root twice", root + root, /one twice/],
    ["a leaf", leaf, /no authority, or has not signed itself/],
    ["an intermediate", intermediate, /no authority, or has not signed itself/],
    ["the intermediate beside the root", root + intermediate, /no authority, or has not signed itself/],
    ["another root beside the pinned one", root + other.pem, /is not pinned/],
    ["five roots", Array.from({ length: 5 }, () => root).join(""), /it holds 5, 1 to 4/],
    ["more text than any bundle", root.repeat(1000), /longer than 65536 characters/],
    ["64 KiB of empty lines in a block", `-----BEGIN CERTIFICATE-----\n${"\n".repeat(65_000)}`, /after 0 of its/],
    ["64 KiB of carriage returns in a block", `-----BEGIN CERTIFICATE-----\n${"\r".repeat(65_000)}`, /after 0 of/],
  ];
  for (const [what, rootBundle, why] of bundles) {
    it(`is refused if its bundle has ${what}`, () => assert.match(refusal({ ...sender, rootBundle }), why));
  }

  const one = (address: unknown) => ({ ...sender, egressAddresses: [address] });
  const agreedTo = (...addresses: string[]): PeerPins => ({ ...pins, addresses });
  const notPublic = /contract\.egressAddresses\.0 is .*: a public unicast IPv4 address/;
  for (const address of [
    ...["169.254.169.254", "10.10.0.2", "172.31.0.1", "192.168.0.1", "127.0.0.1", "0.0.0.0", "100.64.0.1"],
    ...["198.18.0.1", "192.0.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "008.8.4.4", "8.8.4.04", "0x8.8.4.4"],
    ...["134743044", "8.8.1028", "8.8.4.4/32", "8.8.4.4/0", " 8.8.4.4", "8.8.4.4\n", "::1", "::ffff:8.8.4.4", "x", ""],
  ]) {
    it(`is refused with the address ${JSON.stringify(address)}, even if it is pinned`, () => {
      assert.match(refusal(one(address), agreedTo(address)), notPublic);
    });
  }

  it("is refused with an address for documentation, unless the configuration declares a trial network", () => {
    for (const address of ["192.0.2.1", "198.51.100.7", "203.0.113.255"]) {
      assert.match(refusal(one(address), agreedTo(address)), /not for documentation/);
      const found = read(one(address), agreedTo(address), { documentationAddresses: true });
      assert.deepEqual(found?.accepted.addresses, [address]);
    }
  });

  const internet = Array.from({ length: 70 }, (_, index) => `8.8.4.${index + 1}`);
  const values: readonly [string, object, RegExp][] = [
    ["70 addresses", { ...sender, egressAddresses: internet }, /at most 1: a sender has no more/],
    ["two addresses of a sender", { ...sender, egressAddresses: ["8.8.4.4", "8.8.8.8"] }, /at most 1/],
    ["three of a receiver", { ...receiver, endpointAddresses: internet.slice(0, 3) }, /at most 2: a receiver/],
    ["an address twice", { ...receiver, endpointAddresses: ["8.8.4.4", "8.8.4.4"] }, /each address once/],
    ["no address", { ...sender, egressAddresses: [] }, /at least one address/],
    ["port 22", { ...receiver, endpointPort: 22 }, /endpointPort is 22: port 443/],
    ["port 443 as a text", { ...receiver, endpointPort: "443" }, /endpointPort is "443": port 443/],
    ["a wildcard as its name", { ...sender, dnsName: "*.account-a.internal" }, /no wildcard/],
    ["an expression as its name", { ...sender, dnsName: "(.*)" }, /lower-case DNS name/],
    ["a name with a second line", { ...sender, dnsName: "a.internal\nb.internal" }, /lower-case DNS name/],
    ["a name in Cyrillic", { ...sender, dnsName: "metrics.\u0430ccount.internal" }, /lower-case DNS name/],
    ["escape sequences in its name", { ...sender, dnsName: "\u001b[2J\u009b31m.internal" }, /u\{?001b|\\u/],
    ["right to left in its account", { ...sender, accountId: "\u202e111111111111" }, /12 digits/],
    ["a stack with escape sequences", { ...sender, trusts: [trust({ stack: "a/b/\u001b[1A" })] }, /trusts\.0\.stack/],
    ["a fingerprint that is none", { ...sender, trusts: [trust({ rootFingerprints: ["\u009b"] })] }, /SHA-256/],
    ["a name of a megabyte", { ...sender, dnsName: "x".repeat(1_000_000) }, /\(1000002 characters\)/],
    [
      "100,000 keys",
      Object.assign(Object.fromEntries(manyKeys()), sender),
      /the number of fields in contract is 100006: at most 64/,
    ],
    ["20,000 entries of trust", { ...sender, trusts: Array.from({ length: 20_000 }, () => trust()) }, /trusts is/],
    ["a later version", { ...sender, version: 3 }, /version is 3: this release reads versions 1 and 2/],
    ["a later version, of a form of its own", { version: 3, role: "sender" }, /update this side first/],
    ["no version", { ...sender, version: undefined }, /version is missing/],
    ["a version without end", { ...sender, version: 1e300 }, /version is 1e\+300/],
    ["a text instead of an object", Object.assign(["x"], { role: "sender" }), /contract is \["x"\]/],
  ];
  function trust(change: object = {}) {
    return { stack: "a/b/c", rootFingerprints: [], dnsName: "a.internal", ...change };
  }
  function* manyKeys(): Generator<[string, number]> {
    for (let index = 0; index < 100_000; index += 1) yield [`key-${index}`, index];
  }
  for (const [what, output, why] of values) {
    it(`is refused: ${what}`, () => assert.match(refusal(output), why));
  }

  it("loses unknown fields, which have no effect and are shown nowhere", () => {
    const honest = read({ ...sender, trusts: [trust()] });
    const hidden = {
      ...receiver,
      rootFingerprints: ["*"],
      addresses: ["0.0.0.0/0"],
      network: { documentationAddresses: true },
    };
    const { role: _, rootBundle: __, dnsName: ___, version: ____, ...besides } = hidden;
    const proto = JSON.parse('{"__proto__":{"egressAddresses":["8.8.8.8"],"polluted":true}}') as object;
    const escapes = { "\u001b]0;pwned\u0007": "\u001b[2J", constructor: { prototype: 1 }, toString: "x" };
    for (const more of [besides, escapes, { deep: deepList() }, { long: "x".repeat(1_000_000) }]) {
      const contract = { ...more, ...sender, trusts: [{ ...more, ...trust() }] };
      assert.deepEqual(read(contract), honest);
    }
    const own = Object.entries(Object.getOwnPropertyDescriptors(proto));
    const polluting = Object.defineProperties({ ...sender, trusts: [trust()] }, Object.fromEntries(own));
    const found = read(polluting);
    assert.deepEqual(found, honest);
    assert.ok(!("polluted" in (found?.contract ?? {})) && !("polluted" in {}));
    assert.throws(
      () => read({ ...besides, ...sender, egressAddresses: ["8.8.8.8"] }, agreedTo("8.8.4.4")),
      /is not pinned/,
    );
  });

  function deepList(): unknown {
    let deep: unknown = 1;
    for (let depth = 0; depth < 20_000; depth += 1) deep = [deep];
    return deep;
  }

  it("is refused if it has the other role", () => {
    assert.throws(() => readPeer("sender", "a/b/c", receiver, pins, onInternet), /contract\.role is "receiver"/);
  });

  it("is refused if its address is not pinned, and the error shows both", () => {
    const message = refusal(one("8.8.4.5"), agreedTo("8.8.4.4"));
    assert.match(message, /The address of the sender in stack .* is not pinned/);
    assert.match(message, /offers\n {4}8\.8\.4\.5\n {2}pinned is\n {4}8\.8\.4\.4\n[\s\S]*npm run trust -- accept/);
  });

  it("is refused before anything is pinned", () => {
    assert.match(refusal(sender, {}), /The root of the sender .* pinned is none/s);
    assert.match(refusal(sender, { rootFingerprints: pins.rootFingerprints }), /The address of .* pinned is none/s);
  });

  it("has the same rules for readers without pins: the stack itself, trust and an audit", () => {
    const contract = readContract("a/b/c", receiver) ?? assert.fail("nothing was read");
    assert.deepEqual(addressesIn(contract), ["8.8.4.4", "8.8.8.8"]);
    assert.equal(readContract("a/b/c", undefined), undefined);
    assert.throws(() => readContract("a/b/c", { ...receiver, endpointPort: 22 }), /endpointPort is 22/);
    assert.throws(() => readContract("a/b/c", { ...sender, role: "\u001b[2J" }), InvalidInputError);
  });

  it("never makes the reader throw, whatever its value", () => {
    const deep = deepList();
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    const getter = Object.defineProperty({}, "version", {
      enumerable: true,
      get: () => {
        throw new Error("read");
      },
    });
    const values = [
      deep,
      { version: deep },
      { role: deep, trusts: [deep] },
      circular,
      { version: circular },
      1n,
      { version: 1n },
    ];
    const others = [
      getter,
      Symbol("x"),
      () => 1,
      Object.create(null),
      "x".repeat(5_000_000),
      { [`${"k".repeat(1_000_000)}`]: 1 },
    ];
    for (const contract of [...values, ...others]) {
      for (const role of ["sender", "receiver"] as const) {
        const peer = { stack: "organization/metrics-link/peer", ...pins };
        const standing = standingOf(role, { peer, reading: { contract }, before: [], network: onInternet });
        assert.ok(standing.state === "held" && standing.reason === "malformed", standing.state);
        assert.ok(standing.words.includes(peer.stack) && standing.words.length < 12_000, `${standing.words.length}`);
      }
    }
    const error = "e".repeat(1_000_000);
    const held = standingOf("sender", {
      peer: { stack: "a/b/c" },
      reading: { error },
      before: [],
      network: onInternet,
    });
    assert.ok(held.state === "held" && held.words.length < 2_000);
  });
});
