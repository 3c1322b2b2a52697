/** What happens when a stack, an organization or a name is another one, and when an update is only a part of one. */
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { selfSigned } from "../../support/openssl.ts";
import { authority } from "../../unit/pki/support.ts";
import type { Registration } from "../support/recording.ts";
import { type BuildOptions, build, ownStack, receiverContract } from "./stacks.ts";

const organization = "Account A Metrics";
const own = authority({ commonName: `${organization} Root CA G1`, organization, days: 3652 });
const fingerprint = new X509Certificate(own.pem).fingerprint256;
const dnsName = "metrics-sender.account-a.internal";
const receiverRoot = selfSigned("receiver");
const addresses = receiverContract(receiverRoot.pem).endpointAddresses;
const releaseInForce = "a".repeat(64);

const receiver = (stack: string) => ({
  ...receiverContract(receiverRoot.pem),
  trusts: [{ stack, rootFingerprints: [fingerprint], dnsName }],
});
const pki = (change: object) => ({
  "metrics-link:peer": {
    stack: "organization/metrics-link/receiver",
    rootFingerprints: [receiverRoot.fingerprint],
    addresses,
  },
  "metrics-link:pki": { organization, dnsName, root: "trial", ...change },
});
const before = {
  pki: {
    stack: ownStack,
    root: "trial",
    generations: { root: 1, otherRoots: [], intermediate: 1, leaf: 1, identity: 1 },
    roots: { "1": fingerprint },
    intermediates: {},
    leaf: {
      generation: 1,
      renewal: 0,
      notBefore: "2026-01-01T00:00:00Z",
      notAfter: "2999-01-01T00:00:00Z",
      fingerprint: "",
    },
  },
  contract: {
    version: 1,
    role: "sender",
    accountId: "111111111111",
    rootBundle: own.pem,
    dnsName,
    egressAddresses: ["203.0.113.10"],
  },
  instanceId: "i-1",
  release: releaseInForce,
  link: "configured",
  accepted: [],
};
const update = (options: Omit<BuildOptions, "root">) => build("sender", { root: own.pem, before, ...options });

/** As the program's `RunError` shows it to Pulumi: the code, then the message. */
const refusal =
  (code: string, told: RegExp) =>
  ({ message }: Error) =>
    message.startsWith(`${code}: `) && told.test(message);

describe("a stack with another name", () => {
  const refused = async (change: object, message: RegExp, trusts = ownStack) => {
    const seen: Registration[] = [];
    await assert.rejects(
      update({ peer: receiver(trusts), change: pki(change), seen }),
      refusal("ROTATION_OUT_OF_ORDER", message),
    );
    assert.deepEqual(seen, []);
  };

  it("keeps the order of a rotation after `pulumi stack rename`: the peer knows it by its old name", async () => {
    const old = "organization/metrics-link/before-the-rename";
    await refused({ generations: { identity: 3 } }, /which knows this stack as .*before-the-rename/, old);
    await refused({ generations: { root: 2 } }, /which knows this stack as .*before-the-rename/, old);
  });

  it("refuses another organization or lifetime of a trial root, which would make another root", async () => {
    await refused({ organization: "Account Z Metrics" }, /root that .*receiver trusts/);
    await refused({ lifetimes: { rootYears: 20 } }, /root that .*receiver trusts/);
  });

  it("refuses another dnsName, which the peer does not expect", () =>
    refused(
      { dnsName: "metrics-sender.account-z.internal" },
      /pki\.dnsName is .*: metrics-sender\.account-a\.internal,/,
    ));
});

describe("a second stack of a role in an account and region", () => {
  const first = (vpcs: BuildOptions["vpcs"], seen: Registration[] = []) =>
    build("sender", { root: own.pem, before: {}, change: pki({}), vpcs: vpcs ?? {}, seen });

  it("is refused before anything is made, with the name of the first", async () => {
    for (const [tags, stack] of [
      [{ stack: "organization/metrics-link/first" }, /vpc-1 of organization\/metrics-link\/first\. One account and/],
      [{}, /vpc-1 of an older release of this program/],
    ] as const) {
      const seen: Registration[] = [];
      await assert.rejects(first({ "vpc-1": tags }, seen), refusal("ACCOUNT_TAKEN", stack));
      assert.deepEqual(
        seen.map(({ type }) => type),
        ["pulumi:providers:aws"],
      );
    }
  });

  it("is none if the network is its own, of an update that failed", () => first({ "vpc-1": { stack: ownStack } }));

  it("is none once it has been updated", () => update({ change: pki({}), vpcs: { "vpc-1": {} } }));

  it("is stopped by the bucket's name, of which there is one: the bucket is made before anything else", async () => {
    const made = (await first({})).filter(({ type }) => /^(aws|tls|command):/.test(type));
    assert.equal(made[0]?.type, "aws:s3/bucket:Bucket");
    assert.equal(made.find(({ type }) => type === "aws:ec2/vpc:Vpc")?.inputs.tags.stack, ownStack);
  });
});

describe("an update of which --target or --exclude leaves out a part", () => {
  const outputsOf = async (answers: BuildOptions["answers"]) => {
    let outputs: Record<string, unknown> = {};
    const change = pki({ generations: { identity: 2 } });
    const onOutputs = (found: object) => (outputs = { ...found });
    const peer = receiver(ownStack);
    const registrations = await update({ peer, change, onOutputs, ...(answers && { answers }) });
    return { outputs, pointer: registrations.find(({ name }) => name === "sender-current")?.inputs.content };
  };
  const asBefore = ({ outputs }: Awaited<ReturnType<typeof outputsOf>>) => {
    const { contract, release, link, instanceId, pki: state } = before;
    assert.deepEqual(
      [outputs.contract, outputs.release, outputs.link, outputs.instanceId, outputs.pki],
      [contract, release, link, instanceId, state],
    );
  };

  it("keeps the outputs about what is in force if the host was not asked", async () => {
    const environment = { METRICS_LINK_RELEASE_ID: releaseInForce };
    asBefore(await outputsOf({ "command:local:Command": () => ({ environment, stdout: "" }) }));
  });

  it("keeps them, and the pointer, if the release is not uploaded", async () => {
    const key = `releases/sender/${"b".repeat(64)}.json`;
    const found = await outputsOf({
      "aws:s3/bucketObjectv2:BucketObjectv2": ({ name }) => (name === "sender-release" ? { key } : {}),
    });
    asBefore(found);
    assert.equal(JSON.parse(found.pointer).releaseId, releaseInForce);
  });

  it("keeps them if the leaf has not the new name yet", async () => {
    asBefore(
      await outputsOf({
        "tls:index/certRequest:CertRequest": ({ name }) => ({ certRequestPem: name, dnsNames: [dnsName] }),
      }),
    );
  });

  it("writes the new outputs once it is whole", async () => {
    const { outputs, pointer } = await outputsOf(undefined);
    assert.equal((outputs.contract as { dnsName: string }).dnsName, `e2.${dnsName}`);
    assert.equal(outputs.release, JSON.parse(pointer).releaseId);
  });
});
