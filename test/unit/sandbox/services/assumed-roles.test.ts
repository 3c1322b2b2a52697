/** A role whose trust policy asks who assumes it, and how: each way by which the product assumes one says so. */
import { strict as assert } from "node:assert";
import { assumed, roleToAssume } from "@metrics-link/host/converge/index.ts";
import { identify } from "@metrics-link/sandbox/cloud/identity.ts";
import { STS } from "@metrics-link/sandbox/testing/clients.ts";
import { Api, document, region, roleArn, sender, tools } from "./api-in-front-of-moto.ts";

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
