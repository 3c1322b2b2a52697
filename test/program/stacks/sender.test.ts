import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { contractFileText } from "@metrics-link/contract";
import { selfSigned } from "../../support/openssl.ts";
import { isSecret, ofType, type Registration } from "../support/recording.ts";
import { build, fileOf, receiverContract, releaseOf } from "./stacks.ts";

describe("the sender's stack", () => {
  const [own, receiverRoot, stranger] = [selfSigned("own"), selfSigned("receiver"), selfSigned("stranger")];
  const receiver = receiverContract(receiverRoot.pem);
  const addresses = receiver.endpointAddresses;
  const pinned = (fingerprint: string) => ({
    "metrics-link:peer": { stack: "organization/metrics-link/receiver", rootFingerprints: [fingerprint], addresses },
  });
  const linked = () => build("sender", { root: own.pem, peer: receiver, change: pinned(receiverRoot.fingerprint) });

  it("scrapes and stores, but sends nothing, until the receiver has a `contract` output", async () => {
    const registrations = await build("sender", { root: own.pem });
    assert.doesNotMatch(fileOf(registrations, "sender", "prometheus/prometheus.yml"), /remote_write/);
    assert.doesNotMatch(fileOf(registrations, "sender", "envoy/bootstrap.json"), /UpstreamTlsContext/);
    const rules = ofType(registrations, "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", 2);
    assert.ok(rules.every(({ inputs }) => inputs.cidrIpv4 === undefined));
  });

  it("brings the link up once the receiver has a `contract` output and its root is pinned", async () => {
    const registrations = await linked();
    assert.match(
      fileOf(registrations, "sender", "prometheus/prometheus.yml"),
      /url: http:\/\/127\.0\.0\.1:9091\/api\/v1\/write/,
    );
    const bootstrap = fileOf(registrations, "sender", "envoy/bootstrap.json");
    for (const address of receiver.endpointAddresses) assert.ok(bootstrap.includes(address));
    assert.equal(fileOf(registrations, "sender", "tls/roots/receiver.pem"), receiverRoot.pem);
    const destinations = ofType(registrations, "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", 4)
      .flatMap(({ inputs }) => inputs.cidrIpv4 ?? [])
      .toSorted();
    assert.deepEqual(destinations, ["198.51.100.10/32", "198.51.100.11/32"]);
  });

  describe("whose receiver is a file of the repository", () => {
    const repository = join(import.meta.dirname, "../../..");
    // In a folder that a configuration may name.
    const folder = mkdtempSync(join(repository, "stacks", "peers-"));
    const file = join(folder, "account-b.json");
    after(() => rmSync(folder, { recursive: true }));
    const withFile = async (text: string | undefined, before = {}) => {
      if (text === undefined) rmSync(file, { force: true });
      else writeFileSync(file, text);
      let outputs: Record<string, unknown> = {};
      const registrations = await build("sender", {
        root: own.pem,
        // A stack is not asked: whatever it says would be an error.
        peer: new Error("asked"),
        before,
        change: {
          "metrics-link:peer": {
            contract: relative(repository, file),
            rootFingerprints: [receiverRoot.fingerprint],
            addresses,
          },
        },
        onOutputs: (found) => (outputs = { ...found }),
      });
      return { registrations, outputs };
    };
    const stack = "file/contract/account-b";

    it("brings the link up without asking a stack", async () => {
      const { registrations, outputs } = await withFile(contractFileText({ contract: receiver }));
      assert.equal(fileOf(registrations, "sender", "tls/roots/receiver.pem"), receiverRoot.pem);
      const { trusts } = outputs.contract as { trusts: { stack: string }[] };
      assert.deepEqual([outputs.link, trusts.map((one) => one.stack)], ["configured", [stack]]);
      const [remembered] = outputs.accepted as { stack: string }[];
      assert.equal(remembered?.stack, stack);
    });

    const kept = [{ stack, dnsName: receiver.dnsName, rootBundle: receiverRoot.pem, addresses }];
    const held: readonly (readonly [string, string | undefined, string, RegExp])[] = [
      ["is missing", undefined, "absent", /account-b\.json is missing/],
      ["is not JSON", "<html>", "unreadable", /is not a contract file/],
      ["has no contract", "{}", "absent", /has no contract yet/],
      [
        "offers another root",
        contractFileText({ contract: { ...receiver, rootBundle: stranger.pem } }),
        "root-not-pinned",
        /The root of the receiver in contract file account-b\.json is not pinned/,
      ],
      [
        "offers a private address",
        contractFileText({ contract: { ...receiver, endpointAddresses: ["10.0.0.1"] } }),
        "malformed",
        /public unicast/,
      ],
    ];
    for (const [what, text, reason, words] of held) {
      it(`is held, and keeps the link, when its file ${what}`, async () => {
        const { registrations, outputs } = await withFile(text, { pki: undefined, accepted: kept, link: "configured" });
        const [aside] = outputs.setAside as { reason: string; words: string; inForce: boolean }[];
        assert.equal(aside?.reason, reason);
        assert.match(aside.words, words);
        assert.equal(aside.inForce, true);
        assert.equal(fileOf(registrations, "sender", "tls/roots/receiver.pem"), receiverRoot.pem);
      });
    }
  });

  it("has no link to a receiver with an unpinned root, and shows both fingerprints", async () => {
    let outputs: Record<string, unknown> = {};
    const registrations = await build("sender", {
      root: own.pem,
      peer: receiver,
      change: pinned(stranger.fingerprint),
      onOutputs: (found) => (outputs = { ...found }),
    });
    assert.equal(outputs.link, "waits for the receiver");
    const [{ words }] = outputs.setAside as [{ words: string }];
    assert.ok(words.includes(stranger.fingerprint) && words.includes(receiverRoot.fingerprint), words);
    const out = registrations.flatMap(({ type, inputs }) => (/EgressRule$/.test(type) ? (inputs.cidrIpv4 ?? []) : []));
    assert.deepEqual(out, []);
    assert.doesNotMatch(fileOf(registrations, "sender", "envoy/bootstrap.json"), /"name": "egress"/);
  });

  it("cannot reach an address that is not pinned, and shows both lists", async () => {
    let outputs: Record<string, unknown> = {};
    const registrations = await build("sender", {
      root: own.pem,
      peer: { ...receiver, endpointAddresses: ["198.51.100.10", "203.0.113.99"] },
      change: pinned(receiverRoot.fingerprint),
      onOutputs: (found) => (outputs = { ...found }),
    });
    const [{ words, reason }] = outputs.setAside as [{ words: string; reason: string }];
    assert.equal(reason, "address-not-pinned");
    assert.match(words, /203\.0\.113\.99[\s\S]*pinned is\s+198\.51\.100\.10\s+198\.51\.100\.11/);
    const out = registrations.flatMap(({ type, inputs }) => (/EgressRule$/.test(type) ? (inputs.cidrIpv4 ?? []) : []));
    assert.deepEqual(out, []);
    assert.doesNotMatch(fileOf(registrations, "sender", "envoy/bootstrap.json"), /203\.0\.113\.99/);
  });

  const stack = "organization/metrics-link/test";
  const pki = (change: object) => ({
    "metrics-link:pki": {
      organization: "Account A Metrics",
      dnsName: "metrics-sender.account-a.internal",
      root: "trial",
      ...change,
    },
  });
  const before = {
    pki: {
      stack,
      root: "trial",
      generations: { root: 1, otherRoots: [], intermediate: 1, leaf: 1, identity: 1 },
      roots: { "1": own.fingerprint },
      intermediates: {},
      leaf: {
        generation: 1,
        renewal: 0,
        notBefore: "2026-01-01T00:00:00Z",
        notAfter: "2999-01-01T00:00:00Z",
        fingerprint: "",
      },
    },
  };
  const trusting = (dnsName = "metrics-sender.account-a.internal") => ({
    ...receiver,
    trusts: [{ stack, rootFingerprints: [own.fingerprint], dnsName }],
  });

  it("stops before anything changes if the receiver does not trust the signing root", async () => {
    const seen: Registration[] = [];
    const change = { ...pinned(receiverRoot.fingerprint), ...pki({ generations: { root: 2 } }) };
    await assert.rejects(
      build("sender", { root: own.pem, peer: trusting(), before, change, seen }),
      /A peer would refuse this side's certificate; nothing was changed[\s\S]*generations\.root is 2/,
    );
    assert.deepEqual(seen, []);
    const announced = { ...pinned(receiverRoot.fingerprint), ...pki({ generations: { otherRoots: [2] } }) };
    await build("sender", { root: own.pem, peer: trusting(), before, change: announced });
  });

  it("creates only a key and a request until its first intermediate is signed", async () => {
    const change = { ...pinned(receiverRoot.fingerprint), ...pki({ root: "offline", artefacts: "pki/nowhere" }) };
    let outputs: { readonly next?: string } = {};
    const onOutputs = (found: object) => {
      outputs = found;
    };
    const registrations = await build("sender", { root: own.pem, peer: receiver, change, onOutputs });
    const types = registrations.map(({ type }) => type).filter((type) => !type.startsWith("metrics-link:"));
    assert.deepEqual(
      [...new Set(types)].toSorted(),
      ["tls:index/certRequest:CertRequest", "tls:index/privateKey:PrivateKey"].toSorted(),
    );
    const { next = "" } = outputs;
    assert.match(next, /^npm run -s ceremony -- request --stack test; then docs\/pki\.md#the-ceremony$/);
    // Pulumi shows no more, and names of stacks may be long.
    assert.ok(next.length < 150 - 60, next);
  });

  it("stops, instead of waiting again, if the ceremony's artifacts are lost", async () => {
    const seen: Registration[] = [];
    const change = { ...pinned(receiverRoot.fingerprint), ...pki({ root: "offline", artefacts: "pki/nowhere" }) };
    await assert.rejects(
      build("sender", { root: own.pem, peer: trusting(), before, change, seen }),
      /nothing was changed:[\s\S]*pki\/nowhere\/intermediate-g1\.pem is missing/,
    );
    assert.deepEqual(seen, []);
  });

  it("fails if it cannot read its own last outputs, instead of assuming a first update", async () => {
    const change = pinned(receiverRoot.fingerprint);
    await assert.rejects(
      build("sender", { root: own.pem, peer: receiver, before: { pki: { other: true } }, change }),
      /output pki of this stack is of another program/,
    );
  });

  it("binds its provider to the configured account", async () => {
    const [provider] = ofType(await linked(), "pulumi:providers:aws", 1);
    assert.equal(provider?.inputs.allowedAccountIds, '["111111111111"]');
  });

  it("has no private key in the release, user data, a command or any plain input", async () => {
    const registrations = await linked();
    const plain = registrations.filter(({ type }) => !type.startsWith("tls:"));
    for (const { type, name, inputs } of plain) {
      const text = JSON.stringify(inputs, (_key, value) => (isSecret(value) ? "secret" : value));
      assert.doesNotMatch(text, /KEY sender|PRIVATE KEY/, `${type} ${name}`);
    }
    const [secret] = releaseOf(registrations, "sender").secrets;
    assert.deepEqual([secret?.path, secret?.mode, secret?.owner], ["tls/private-key.pem", "0400", "envoy"]);
  });

  it("accepts only certificates as an Alertmanager's CA, and re-encodes them", async () => {
    const directory = mkdtempSync(join(tmpdir(), "authority-"));
    const ca = join(directory, "ca.pem");
    const prometheus = {
      scrapeInterval: "15s",
      externalLabels: { account: "a" },
      alertmanagers: [{ url: "https://alertmanager.example.com", ca }],
    };
    const change = { "metrics-link:prometheus": prometheus };
    try {
      for (const text of [`# a comment\n${own.pem}`, own.pem + stranger.pem.replaceAll("CERTIFICATE", "X"), ""]) {
        writeFileSync(ca, text);
        await assert.rejects(build("sender", { root: own.pem, change }), /prometheus\.alertmanagers\[0\]\.ca is .*PEM/);
      }
      writeFileSync(ca, `\r\n${own.pem.replaceAll("\n", "\r\n")}`);
      const { files } = releaseOf(await build("sender", { root: own.pem, change }), "sender");
      assert.ok(files.some(({ path, content }) => path.startsWith("prometheus/") && content === own.pem));
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it("stops the preview with promtool's message if a user's rule is invalid", async () => {
    const prometheus = {
      scrapeInterval: "15s",
      externalLabels: { account: "a" },
      rules: "test/program/stacks/broken-rules",
    };
    await assert.rejects(
      build("sender", { root: own.pem, change: { "metrics-link:prometheus": prometheus } }),
      /broken-rules\/[\w.]+:\d+ is [\s\S]*parse error/,
    );
  });

  it("refuses tools without an official hash unless the configuration accepts them", async () => {
    await assert.rejects(
      build("sender", { root: own.pem, change: { "metrics-link:tools": { acceptUnpinned: false } } }),
      /Tools that may not reach a host/,
    );
  });
});
