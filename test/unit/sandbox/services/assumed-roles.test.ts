/** A role whose trust policy asks who assumes it, and how: each way by which the product assumes one says so. */
import { strict as assert } from "node:assert";
import { assumed, roleToAssume } from "@metrics-link/host/converge/index.ts";
import { readerPolicies } from "@metrics-link/sandbox/cloud/calls/stacks.ts";
import { identify } from "@metrics-link/sandbox/cloud/identity.ts";
import { clientsWith, STS } from "@metrics-link/sandbox/testing/clients.ts";
import { Api, document, refused, region, roleArn, sender, tools } from "./api-in-front-of-moto.ts";

const RoleName = "with-external-id";
const account = { assumeRole: roleArn(RoleName), externalId: "x7", sessionName: "ci" };

describe("a role that asks for an external id and a session's name", function () {
  this.timeout(90_000);
  const api = new Api();

  before(async () => {
    await api.start();
    const admin = (of: string) => api.clients(api.moto.keys.admins[of] ?? assert.fail("no administrator")).iam;
    const AssumeRolePolicyDocument = document({
      Effect: "Allow",
      Principal: { AWS: `arn:aws:iam::${tools}:user/deployer` },
      Action: "sts:AssumeRole",
      Condition: { StringEquals: { "sts:ExternalId": "x7", "sts:RoleSessionName": "ci" } },
    });
    await admin(sender).createRole({ RoleName, AssumeRolePolicyDocument });
    const PolicyDocument = document({ Effect: "Allow", Action: "sts:AssumeRole", Resource: "*" });
    await admin(tools).putUserPolicy({ UserName: "deployer", PolicyName: "assumes", PolicyDocument });
  });
  after(() => api.stop());

  const ways: Readonly<Record<string, (session: typeof account) => Promise<string | undefined>>> = {
    "the provider": async ({ assumeRole: roleArn, ...session }) => {
      const roles = [{ roleArn, ...session, duration: "15m" }];
      return (await identify(api.endpoint, { credentials: api.moto.keys.deployer, roles, region })).arn;
    },
    "audit, preflight and converge": async (session) => {
      const role = roleToAssume({ ...session, sessionDuration: "15m" }) ?? assert.fail("no role");
      const { endpoint } = api;
      const credentials = assumed(role, "metrics-link-audit", {
        clientConfig: { region, endpoint },
        masterCredentials: api.moto.keys.deployer,
      });
      return (await new STS({ region, endpoint, credentials, maxAttempts: 1 }).getCallerIdentity({})).Arn;
    },
  };
  for (const [way, arnWith] of Object.entries(ways)) {
    it(`is assumed by ${way} with both, and with nothing else`, async () => {
      assert.equal(await arnWith(account), `arn:aws:sts::${sender}:assumed-role/${RoleName}/ci`);
      await assert.rejects(arnWith({ ...account, externalId: "other" }), { name: "AccessDenied" });
      await assert.rejects(arnWith({ ...account, sessionName: "other" }), { name: "AccessDenied" });
    });
  }
});

describe("a role that may do something with what has the product's tag", function () {
  this.timeout(90_000);
  const api = new Api();
  before(() => api.start());
  after(() => api.stop());

  it("reads its own key, and no other", async () => {
    const { kms } = api.clients(api.moto.keys.admins[sender] ?? assert.fail("no administrator"));
    const keyWith = async (project: string) =>
      (await kms.createKey({ Tags: [{ TagKey: "project", TagValue: project }] })).KeyMetadata?.KeyId ?? "";
    const [own, other] = [await keyWith("metrics-link"), await keyWith("other")];
    const Condition = { StringEquals: { "aws:ResourceTag/project": "metrics-link" } };
    const Resource = `arn:aws:kms:${region}:${sender}:key/*`;
    const role = await api.roleWith(
      "reader-of-keys",
      document({ Effect: "Allow", Action: "kms:GetKeyPolicy", Resource, Condition }),
    );
    await role.kms.getKeyPolicy({ KeyId: own, PolicyName: "default" });
    await refused(role.kms.getKeyPolicy({ KeyId: other, PolicyName: "default" }));
  });

  it("sends commands to its own host, and to no other", async () => {
    // Behind the front, as the sandbox's cloud makes hosts.
    const { endpoint, keys } = api.moto;
    const { ec2 } = clientsWith({
      region,
      endpoint,
      credentials: keys.admins[sender] ?? assert.fail("no administrator"),
    });
    const hostWith = async (project: string) => {
      const { Instances = [] } = await ec2.runInstances({
        ImageId: "ami-0deb1a13000000001",
        MinCount: 1,
        MaxCount: 1,
        TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "project", Value: project }] }],
      });
      return Instances[0]?.InstanceId ?? assert.fail("no instance");
    };
    const [own, other] = [await hostWith("metrics-link"), await hostWith("other")];
    const role = await api.roleWith(
      "commander",
      JSON.stringify(readerPolicies("sender", { account: sender, region })["auditor-of-hosts-sender"]),
    );
    const send = (id: string) => role.ssm.sendCommand({ DocumentName: "AWS-RunShellScript", InstanceIds: [id] });
    await send(own);
    await refused(send(other));
  });
});
