import assert from "node:assert/strict";
import { selfSigned } from "../../support/openssl.ts";
import { ofType, type Registration } from "../support/recording.ts";
import { type BuildOptions, build, fileOf, ownStack, releaseOf } from "./stacks.ts";

describe("one sender's trouble, at the receiver's stack", () => {
  const [own, rootA, rootB, stranger] = ["own", "a", "b", "stranger"].map((name) => selfSigned(name));
  if (!own || !rootA || !rootB || !stranger) throw new Error("four roots");
  const [stackA, stackB] = ["organization/metrics-link/sender-a", "organization/metrics-link/sender-b"];
  const [addressA, addressB] = ["203.0.113.10", "203.0.113.20"];
  const contractOf = (name: string, root: { pem: string }, address: string) => ({
    version: 1,
    role: "sender",
    accountId: "111111111111",
    rootBundle: root.pem,
    dnsName: `metrics-sender.${name}.internal`,
    egressAddresses: [address],
  });
  const contractA = contractOf("account-a", rootA, addressA);
  const contractB = contractOf("account-b", rootB, addressB);
  const declared = (b: object = {}) => ({
    "metrics-link:senders": [
      { name: "account-a", stack: stackA, rootFingerprints: [rootA.fingerprint], addresses: [addressA] },
      { name: "account-b", stack: stackB, rootFingerprints: [rootB.fingerprint], addresses: [addressB], ...b },
    ],
  });
  const healthy = { [stackA]: contractA, [stackB]: contractB };

  interface Update {
    readonly registrations: Registration[];
    // biome-ignore lint/suspicious/noExplicitAny: the outputs of a stack have no common shape
    readonly outputs: any;
  }
  async function update(options: Partial<BuildOptions> = {}): Promise<Update> {
    let outputs: Update["outputs"];
    const change = options.change ?? declared();
    const registrations = await build("receiver", {
      root: own?.pem ?? "",
      peers: healthy,
      ...options,
      change,
      onOutputs: (found) => (outputs = found),
    });
    return { registrations, outputs };
  }
  const ingress = (registrations: readonly Registration[]) =>
    registrations
      .filter(({ type }) => type === "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
      .flatMap(({ inputs }) => inputs.cidrIpv4 ?? []);
  const fence = ({ registrations }: Update) => ({
    ingress: ingress(registrations),
    files: releaseOf(registrations, "receiver")
      .files.filter(({ path }) => path.startsWith("envoy/") || path.startsWith("tls/"))
      .map(({ path, sha256 }) => `${path} ${sha256}`),
  });

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
    "the contract of a receiver": { peer: { ...contractB, role: "receiver" }, reason: "malformed" },
  };

  for (const [trouble, { peer, reason }] of Object.entries(troubles)) {
    it(`keeps both senders as they were when one has ${trouble}, and says so`, async () => {
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

    it(`lets in the other sender alone when one that was never accepted has ${trouble}`, async () => {
      const { registrations, outputs } = await update({ peers: { ...healthy, [stackB]: peer } });
      assert.deepEqual(ingress(registrations), [`${addressA}/32`]);
      const paths = releaseOf(registrations, "receiver").files.map(({ path }) => path);
      assert.deepEqual(
        paths.filter((path) => path.startsWith("tls/roots/")),
        ["tls/roots/account-a.pem"],
      );
      assert.deepEqual(
        outputs.peers.map(({ stack }: { stack: string }) => stack),
        [stackA],
      );
    });
  }

  it("renews its leaf while a sender is in trouble", async () => {
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

  void ownStack;
  void ofType;
});
