import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Evidence, preflight } from "@metrics-link/preflight";
import { Pulumi } from "@metrics-link/sandbox/cli/pulumi.ts";
import { clientsWith } from "@metrics-link/sandbox/testing/clients.ts";
import { collect } from "../../../scripts/preflight/index.ts";
import { StackFile } from "../../../scripts/stack/stack-file.ts";
import { Api, document, region, sender } from "../sandbox/services/api-in-front-of-moto.ts";

const alertmanager = "com.amazonaws.vpce.eu-west-1.vpce-svc-0a1e27a4a6e200001";
const unanswered = "com.amazonaws.vpce.eu-west-1.vpce-svc-0a1e27a4a6e200002";
const unknownService = "com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0";

/** A peering connection and a transit gateway, neither of which is there. */
const connections = `hub: for a test
    connections:
      - { id: pcx-0123456789abcdef0, cidr: 10.40.0.0/16, accepted: agreed }
      - { id: tgw-0123456789abcdef0, cidr: 10.41.0.0/16, accepted: agreed }`;

interface Options {
  /** Of the example's text. */
  readonly change?: (text: string) => string;
  /** Of the environment. */
  readonly environment?: NodeJS.ProcessEnv;
}

describe("a preflight against the sandbox's AWS", () => {
  const folder = mkdtempSync(join(tmpdir(), "metrics-link-preflight-"));
  const api = new Api();
  before(() => api.start());
  after(async () => {
    await api.stop();
    rmSync(folder, { recursive: true });
  });

  /** Reads what a preflight of the example of a sender reads, by the deployer's keys. */
  async function evidence(options: Options = {}): Promise<Evidence> {
    const found = await read("sender", options);
    return "zones" in found ? found : assert.fail("it is taken for an exchange stack");
  }

  function read(example: string, { change = (text) => text, environment = {} }: Options = {}) {
    const file = join(folder, "Pulumi.first.yaml");
    writeFileSync(file, change(readFileSync(`stacks/examples/${example}.yaml`, "utf8")));
    const { accessKeyId, secretAccessKey } = api.moto.keys.deployer;
    const deployer = {
      ...process.env,
      AWS_ENDPOINT_URL: api.endpoint,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_SESSION_TOKEN: "",
      AWS_REGION: region,
      PULUMI_BACKEND_URL: `file://${folder}`,
      PULUMI_CONFIG_PASSPHRASE: "",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      ...environment,
    };
    const project = process.cwd();
    const pulumi = new Pulumi(project, deployer, folder);
    return collect({
      stack: "first",
      project,
      file: new StackFile(file),
      sandbox: undefined,
      environment: deployer,
      pulumi,
    });
  }

  const assuming = (role: string) => (text: string) => text.replace("role/metrics-link-deploy", `role/${role}`);
  const value = <Value>(answer: { readonly value: Value } | { readonly error: string } | undefined): Value =>
    answer !== undefined && "value" in answer ? answer.value : assert.fail(JSON.stringify(answer));

  it("finds what a first deployment needs", async () => {
    const found = await evidence();
    assert.match(value(found.caller).arn, /:user\/deployer$/);
    const role = value(found.role);
    assert.ok("account" in role && role.account === sender);
    assert.deepEqual(
      value(found.zones).map(({ name }) => name),
      ["eu-west-1a", "eu-west-1b", "eu-west-1c"],
    );
    assert.deepEqual(value(found.quotas.addresses), { limit: 5, used: 0 });
    assert.deepEqual(value(found.quotas.vcpus), { limit: 5, used: 0 });
    assert.equal(value(found.quotas.rules), 60);
    assert.equal(value(found.image)?.name, "debian-13-amd64-sandbox");
    assert.equal(value(found.instanceType)?.hypervisor, "nitro");
    assert.deepEqual(
      [value(found.deployed), value(found.names.alias).taken, value(found.names.bucket).taken],
      [false, false, false],
    );
    const ofAws = preflight(found).sections.filter(({ title }) => ["Access", "Quotas", "Host"].includes(title));
    for (const { severity, subject, what } of ofAws.flatMap(({ findings }) => findings)) {
      assert.equal(severity, "ok", `${subject}: ${what}`);
    }
  });

  it("finds what the first update of an exchange stack needs, by the rights of its policy", async () => {
    const statement = readFileSync("docs/iam/reader-exchange.json", "utf8");
    await api.roleWith("reads-exchanges", statement);
    const found = await read("sender-exchange", {
      change: (text) => `encryptionsalt: v1:x\n${assuming("reads-exchanges")(text)}`,
    });
    const { verdict, sections } = preflight(found);
    const seen = sections.map(({ title, findings }) => [
      title,
      findings.map(({ subject, severity }) => `${subject}: ${severity}`),
    ]);
    assert.deepEqual(seen, [
      ["Access", ["identity: ok", "role: ok"]],
      ["Quotas", ["quota of addresses: ok"]],
      ["Services", ["state: warning", "passphrase of the state: ok"]],
      ["This machine", [`plugins: ${sections.at(-1)?.findings[0]?.severity}`, "certificates: warning"]],
    ]);
    assert.notEqual(verdict.severity, "not known");
  });

  it("counts what the account has, and sees names that somebody has", async () => {
    const credentials = api.moto.keys.admins[sender] ?? assert.fail();
    // Behind the front, which lets only Pulumi make some of these.
    const { ec2, kms, s3 } = clientsWith({ region, endpoint: api.moto.endpoint, credentials, forcePathStyle: true });
    const { AllocationId } = await ec2.allocateAddress({ Domain: "vpc" });
    const { Instances: [instance] = [] } = await ec2.runInstances({
      ...{ ImageId: "ami-0deb1a13000000001", InstanceType: "t3.small", MinCount: 1, MaxCount: 1 },
    });
    const { KeyMetadata } = await kms.createKey({});
    await kms.createAlias({ AliasName: "alias/metrics-link/sender", TargetKeyId: KeyMetadata?.KeyId });
    const bucket = "metrics-link-sender-111111111111-eu-west-1";
    await s3.createBucket({ Bucket: bucket, CreateBucketConfiguration: { LocationConstraint: region } });
    try {
      const found = await evidence();
      assert.equal(value(found.quotas.addresses).used, 1);
      assert.equal(value(found.quotas.vcpus).used, 2);
      assert.deepEqual([value(found.names.alias).taken, value(found.names.bucket).taken], [true, true]);
    } finally {
      await ec2.releaseAddress({ AllocationId });
      await ec2.terminateInstances({ InstanceIds: [instance?.InstanceId ?? ""] });
      await kms.deleteAlias({ AliasName: "alias/metrics-link/sender" });
      await s3.deleteBucket({ Bucket: bucket });
    }
  });

  it("says what does not exist", async () => {
    const found = await evidence({
      change: (text) =>
        text
          .replace("role/metrics-link-snapshots", "role/of-nobody")
          .replace("ami-0deb1a13000000001", "ami-0aaaaaaaaaaaaaaaa")
          .replace("t3.small", "m99i.large")
          .replace(
            "zones: [eu-west-1a",
            `endpointServices: [${alertmanager}, ${unknownService}]\n    ${connections}\n    zones: [eu-west-1d`,
          ),
    });
    assert.equal(value(found.image), undefined);
    assert.equal(value(found.instanceType), undefined);
    assert.equal(value(found.snapshotRole), undefined);
    assert.deepEqual(value(found.offeredIn), []);
    assert.equal(value(found.endpointServices).get(unknownService), undefined);
    assert.equal(value(found.endpointServices).get(alertmanager)?.privateDnsName, "alertmanager.ops.example");
    assert.deepEqual([...value(found.connections).values()], [undefined, undefined]);
    assert.equal(preflight(found).verdict.severity, "critical");
  });

  it("stops before an endpoint whose owner has to accept it, which the update could not make", async () => {
    const found = await evidence({
      change: (text) => text.replace("zones:", `endpointServices: [${alertmanager}, ${unanswered}]\n    zones:`),
    });
    const { findings = [] } = preflight(found).sections.find(({ title }) => title === "Services") ?? {};
    const stopped = findings.filter(({ severity }) => severity === "critical").map(({ what }) => what);
    assert.ok(
      stopped.some((what) => what.startsWith(`${unanswered} waits for its owner to accept`)),
      `${stopped}`,
    );
  });

  it("takes a refusal to assume the role for an answer", async () => {
    const found = await evidence({ change: assuming("somebody-elses") });
    assert.ok("refused" in value(found.role));
    assert.ok("error" in found.zones);
  });

  it("knows nothing of what the role may not read", async () => {
    await api.roleWith("reads-nothing", document({ Effect: "Allow", Action: "sts:GetCallerIdentity", Resource: "*" }));
    const found = await evidence({ change: assuming("reads-nothing") });
    const { zones, image, newestImage, instanceType, offeredIn, ebsKey, guardDutyEndpoints, quotas, names } = found;
    const snapshotRole = found.snapshotRole ?? assert.fail("it was not asked for");
    const unread = {
      zones,
      image,
      newestImage,
      instanceType,
      offeredIn,
      ebsKey,
      guardDutyEndpoints,
      snapshotRole,
      ...quotas,
      ...names,
    };
    for (const [name, answer] of Object.entries(unread))
      assert.ok("error" in answer, `${name}: ${JSON.stringify(answer)}`);
    const judged = preflight(found).sections.filter(({ title }) => ["Quotas", "Host"].includes(title));
    for (const { severity, subject } of judged.flatMap(({ findings }) => findings))
      assert.equal(severity, "not known", subject);
  });

  it("reads by the rights that docs/deploy.md lists, which change nothing", async () => {
    const section = /### What a preflight reads\n[\s\S]*?```json\n([\s\S]*?)```/.exec(
      readFileSync("docs/deploy.md", "utf8"),
    );
    const actions: string[] = JSON.parse(section?.[1] ?? "[]");
    for (const action of actions) assert.match(action, /^[a-z0-9]+:(Describe|Get|List)/);
    await api.roleWith("reads", document({ Effect: "Allow", Action: actions, Resource: "*" }));
    const found = await evidence({
      change: (text) =>
        assuming("reads")(text).replace(
          "zones:",
          `endpointServices: [${alertmanager}]\n    ${connections}\n    zones:`,
        ),
    });
    const judged = preflight(found).sections.filter(({ title }) =>
      ["Access", "Quotas", "Host", "Services"].includes(title),
    );
    for (const { severity, subject, what } of judged.flatMap(({ findings }) => findings)) {
      assert.notEqual(severity, "not known", `${subject}: ${what}`);
    }
  });

  describe("of the state", () => {
    const admin = () => {
      const { accessKeyId, secretAccessKey } = api.moto.keys.admins[sender] ?? assert.fail();
      return { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
    };
    const backend = (bucket: string) => ({
      PULUMI_BACKEND_URL: `s3://${bucket}?region=${region}&endpoint=${api.endpoint}&s3ForcePathStyle=true&disableSSL=true`,
    });

    it("sees whether its bucket keeps versions", async () => {
      const { s3 } = api.clients(api.moto.keys.admins[sender] ?? assert.fail());
      await s3.createBucket({ Bucket: "team-state", CreateBucketConfiguration: { LocationConstraint: region } });
      const environment = { ...admin(), ...backend("team-state") };
      assert.deepEqual(value((await evidence({ environment })).backend).versioned, { value: false });
      await s3.putBucketVersioning({ Bucket: "team-state", VersioningConfiguration: { Status: "Enabled" } });
      assert.deepEqual(value((await evidence({ environment })).backend).versioned, { value: true });
    });

    it("asks for the key of its secrets as who opens the state does, not by the role", async () => {
      const { kms } = api.clients(api.moto.keys.admins[sender] ?? assert.fail());
      const { KeyMetadata } = await kms.createKey({});
      const arn = KeyMetadata?.Arn ?? assert.fail();
      const change = (text: string) => `secretsprovider: awskms:///${arn}?region=${region}\n${text}`;
      const opened = value((await evidence({ change, environment: admin() })).secrets);
      assert.deepEqual(opened?.key, { value: { arn, enabled: true } });
      const refused = value((await evidence({ change })).secrets);
      assert.ok(refused?.key && "error" in refused.key, JSON.stringify(refused));
    });

    it("sees that a stack was never made, and one with a passphrase", async () => {
      assert.equal(value((await evidence()).secrets), undefined);
      const change = (text: string) => `encryptionsalt: v1:x\n${text}`;
      assert.deepEqual(value((await evidence({ change })).secrets), {
        address: "a passphrase",
        isEmpty: true,
        key: undefined,
      });
    });
  });
});
