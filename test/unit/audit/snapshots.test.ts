/** What an audit reads of snapshots, by the rights of its policy. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { assumed } from "@metrics-link/host/converge/index.ts";
import { frontListener } from "@metrics-link/sandbox/services/front/front.ts";
import type { ClientConfiguration } from "../../../scripts/audit/aws.ts";
import { snapshotsNow } from "../../../scripts/audit/observed-snapshots.ts";
import { type Engine, startEngine } from "../../program/support/engine.ts";
import { create } from "../sandbox/cloud/support/estate.ts";

const account = "111111111111";
const executionRoleArn = `arn:aws:iam::${account}:role/AWSDataLifecycleManagerDefaultRole`;

const withoutTags = (key: string, value: unknown) => (key === "aws:ResourceTag/project" ? undefined : value);

describe("what an audit reads of snapshots", function () {
  this.timeout(120_000);
  let engine: Engine;
  let front: http.Server;
  let clients: ClientConfiguration;
  const places = { dataVolumes: [""], snapshotPolicies: [""] };

  before(async () => {
    engine = await startEngine(account);
    const way = { way: () => ({ context: { "aws:SecureTransport": "true" } }) };
    const options = {
      moto: engine.api.endpoint,
      completions: [],
      described: engine.cloud,
      onSecurityGroupChange: async () => undefined,
      log: () => undefined,
    };
    front = http.createServer(frontListener(options, way));
    await new Promise<void>((resolve) => front.listen(0, "127.0.0.1", resolve));
    const { port } = front.address() as AddressInfo;
    const endpoint = `http://127.0.0.1:${port}`;
    clients = { region: "eu-west-1", endpoint, credentials: engine.api.admin(account) };
    const volume = await create(engine.cloud, "aws:ebs/volume:Volume", {
      ...{ availabilityZone: "eu-west-1a", size: 1, type: "gp3", encrypted: true },
    });
    const policy = await create(engine.cloud, "aws:dlm/lifecyclePolicy:LifecyclePolicy", {
      description: "Data volume",
      executionRoleArn,
      policyDetails: {
        resourceTypes: ["VOLUME"],
        targetTags: { Name: "sender-data" },
        schedules: [
          {
            ...{ name: "data", retainRule: { count: 7 } },
            createRule: { interval: 24, intervalUnit: "HOURS", times: "03:00" },
          },
        ],
      },
    });
    places.dataVolumes = [volume.id];
    places.snapshotPolicies = [policy.id];
  });
  after(async () => {
    front?.close();
    await engine?.stop();
  });

  it("is the state of the policy, and the newest snapshot once there is one", async () => {
    const begun = new Date(Date.now() - 60_000).toISOString();
    const { policies, volumes } = await snapshotsNow(clients, places);
    const [policy = assert.fail(), volume = assert.fail()] = [policies[0], volumes[0]];
    assert.deepEqual([policy.id, policy.state], [places.snapshotPolicies[0], "ENABLED"]);
    assert.deepEqual([volume.id, volume.newest], [places.dataVolumes[0], undefined]);
    assert.ok(policy.madeAt > begun && volume.madeAt > begun, `${policy.madeAt}, ${volume.madeAt}`);

    const taken = { volumeId: volume.id, description: "Created for policy" };
    for (let one = 0; one < 2; one += 1) await create(engine.cloud, "aws:ebs/snapshot:Snapshot", taken);
    const [{ newest = "" } = {}] = (await snapshotsNow(clients, places)).volumes;
    assert.ok(newest > begun, newest);
  });

  it("is not known of what is not there, and to whom it is refused", async () => {
    const of = { ...places, snapshotPolicies: ["policy-0123456789abcdef0"] };
    await assert.rejects(snapshotsNow(clients, of), /policy-0123456789abcdef0 was not found/);
    const credentials = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "wrong" };
    await assert.rejects(snapshotsNow({ ...clients, credentials }, places));
  });

  it("takes the rights of the policy for readers, and each of these; a deployer has them", async () => {
    // moto has no tags of the policy, so the condition on them is left out.
    const policy = JSON.stringify(JSON.parse(readFileSync("docs/iam/reader-sender.json", "utf8"), withoutTags));
    const as = async (RoleName: string, PolicyDocument: string) => {
      const Statement = {
        Effect: "Allow",
        Principal: { AWS: `arn:aws:iam::${account}:root` },
        Action: "sts:AssumeRole",
      };
      const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [Statement] });
      await engine.aws.iam.createRole({ RoleName, AssumeRolePolicyDocument });
      await engine.aws.iam.putRolePolicy({ RoleName, PolicyName: "rights", PolicyDocument });
      const role = { roleArn: `arn:aws:iam::${account}:role/${RoleName}` };
      const clientConfig = { region: "eu-west-1", endpoint: clients.endpoint ?? "" };
      const credentials = assumed(role, "metrics-link-audit", {
        clientConfig,
        masterCredentials: engine.api.admin(account),
      });
      return snapshotsNow({ ...clients, credentials }, places);
    };
    assert.equal((await as("reads", policy)).policies[0]?.state, "ENABLED");
    const ofDeployer = readFileSync("stacks/iam/deploy-role.json", "utf8");
    assert.equal((await as("deploys", ofDeployer)).policies[0]?.state, "ENABLED");
    for (const action of ["dlm:GetLifecyclePolicy", "ec2:DescribeSnapshots", "ec2:DescribeVolumes"]) {
      assert.ok(policy.includes(`"${action}"`), action);
      const refused = as(
        `lacks-${action.replace(":", "-")}`,
        policy.replaceAll(`"${action}"`, '"s3:ListTagsForResource"'),
      );
      await assert.rejects(refused, /not authorized/, action);
    }
  });
});
