import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { instanceTrustPolicy } from "@metrics-link/host/cloud/policies.ts";
import type { Clients } from "@metrics-link/sandbox/testing/clients.ts";
import { assume } from "@metrics-link/sandbox/testing/sessions.ts";
import { Api, document, everything, refused, roleArn, sender } from "./api-in-front-of-moto.ts";

const text = (name: string) => readFileSync(new URL(`../../../../stacks/iam/${name}.json`, import.meta.url), "utf8");
const policyArn = (name: string) => `arn:aws:iam::${sender}:policy/${name}`;
const PermissionsBoundary = policyArn("metrics-link-host-boundary");
const RoleName = "metrics-link-sender-eu-west-1";
const InstanceProfileName = RoleName;
const AssumeRolePolicyDocument = JSON.stringify(instanceTrustPolicy);
/** What its own maker may take: the first step of the way to more rights. */
const trustTheDeployer = document({
  Effect: "Allow",
  Principal: { AWS: roleArn("deployer-of-today") },
  Action: "sts:AssumeRole",
});

describe("the deployer's rights", function () {
  this.timeout(90_000);
  const api = new Api();
  let deploying: Clients;
  let iam: Clients["iam"];

  before(async () => {
    await api.start();
    ({ iam } = api.clients(api.moto.keys.admins[sender] ?? assert.fail("no administrator")));
    for (const name of ["host-boundary", "deploy-role"]) {
      await iam.createPolicy({ PolicyName: `metrics-link-${name}`, PolicyDocument: text(name) });
    }
    deploying = await api.roleWith("metrics-link-deployer", text("deploy-role"), policyArn("metrics-link-deploy-role"));
  });
  after(() => api.stop());

  it("without boundaries would make it an administrator", async () => {
    const roles = "arn:aws:iam::*:role/metrics-link-*";
    const byName = document(
      { Effect: "Allow", Action: "iam:*", Resource: [roles, "arn:aws:iam::*:instance-profile/metrics-link-*"] },
      { Effect: "Allow", Action: "sts:AssumeRole", Resource: roles },
    );
    const today = await api.roleWith("deployer-of-today", byName);
    await refused(today.iam.createUser({ UserName: "thief" }));
    const role = "metrics-link-thief";
    await today.iam.createRole({ RoleName: role, AssumeRolePolicyDocument: trustTheDeployer });
    await today.iam.putRolePolicy({ RoleName: role, PolicyName: "all", PolicyDocument: everything });
    const administrator = api.clients(await assume(today.sts, roleArn(role)));
    await administrator.iam.createUser({ UserName: "thief" });
  });

  it("allow creating a host's role within its boundary, with its rights and its profile", async () => {
    await deploying.iam.createRole({ RoleName, AssumeRolePolicyDocument, PermissionsBoundary });
    await deploying.iam.putRolePolicy({ RoleName, PolicyName: "host", PolicyDocument: everything });
    await deploying.iam.getRole({ RoleName });
    await deploying.iam.createInstanceProfile({ InstanceProfileName });
    await deploying.iam.addRoleToInstanceProfile({ InstanceProfileName, RoleName });
  });

  const tries: Readonly<Record<string, (aws: Clients) => Promise<unknown>>> = {
    "a role without a boundary": (aws) =>
      aws.iam.createRole({ RoleName: "metrics-link-x-eu-west-1", AssumeRolePolicyDocument }),
    "a role with another boundary": (aws) =>
      aws.iam.createRole({
        RoleName: "metrics-link-x-eu-west-1",
        AssumeRolePolicyDocument,
        PermissionsBoundary: "arn:aws:iam::aws:policy/AdministratorAccess",
      }),
    "a role of another name": (aws) =>
      aws.iam.createRole({ RoleName: "mine", AssumeRolePolicyDocument, PermissionsBoundary }),
    "another boundary for the host": (aws) =>
      aws.iam.putRolePermissionsBoundary({
        RoleName,
        PermissionsBoundary: "arn:aws:iam::aws:policy/AdministratorAccess",
      }),
    "no boundary for the host": (aws) => aws.iam.deleteRolePermissionsBoundary({ RoleName }),
    "no boundary for itself": (aws) => aws.iam.deleteRolePermissionsBoundary({ RoleName: "metrics-link-deployer" }),
    "more rights for itself": (aws) =>
      aws.iam.putRolePolicy({ RoleName: "metrics-link-deployer", PolicyName: "all", PolicyDocument: everything }),
    "another trust in itself": (aws) =>
      aws.iam.updateAssumeRolePolicy({ RoleName: "metrics-link-deployer", PolicyDocument: trustTheDeployer }),
    "rights for a role without a boundary": (aws) =>
      aws.iam.putRolePolicy({ RoleName: "metrics-link-old-eu-west-1", PolicyName: "all", PolicyDocument: everything }),
    "a managed policy for the host": (aws) =>
      aws.iam.attachRolePolicy({ RoleName, PolicyArn: "arn:aws:iam::aws:policy/AdministratorAccess" }),
    "another text of the boundary": (aws) =>
      aws.iam.createPolicyVersion({ PolicyArn: PermissionsBoundary, PolicyDocument: everything, SetAsDefault: true }),
    "the boundary's end": (aws) => aws.iam.deletePolicy({ PolicyArn: PermissionsBoundary }),
    "a user": (aws) => aws.iam.createUser({ UserName: "thief" }),
    "a key of a user": (aws) => aws.iam.createAccessKey({ UserName: "deployer" }),
    "another role in a profile": (aws) =>
      aws.iam.addRoleToInstanceProfile({ InstanceProfileName, RoleName: "other-teams" }),
    "another bucket": (aws) => aws.s3.createBucket({ Bucket: "mine" }),
    "another secret": (aws) => aws.secrets.createSecret({ Name: "mine", SecretString: "x" }),
  };
  for (const [what, call] of Object.entries(tries)) {
    it(`do not allow: ${what}`, async () => {
      if (what.includes("without a boundary") && what.startsWith("rights")) {
        await iam.createRole({ RoleName: "metrics-link-old-eu-west-1", AssumeRolePolicyDocument });
      }
      await refused(call(deploying));
    });
  }

  it("do not grow with policies attached later", async () => {
    const PolicyArn = "arn:aws:iam::aws:policy/AdministratorAccess";
    await iam.attachRolePolicy({ RoleName: "metrics-link-deployer", PolicyArn });
    await refused(deploying.iam.createUser({ UserName: "thief" }));
    await refused(deploying.iam.deleteRolePermissionsBoundary({ RoleName: "metrics-link-deployer" }));
  });

  it("limit a host's role with every right to what a host may do, and only from its network", async () => {
    const within = await api.roleWith("host-with-everything", everything, PermissionsBoundary);
    await refused(within.iam.createUser({ UserName: "thief" }));
    await refused(within.s3.createBucket({ Bucket: "mine" }));
    await refused(within.ec2.describeInstances({}));
    const Bucket = "metrics-link-sender-111111111111-eu-west-1";
    await refused(within.s3.getObject({ Bucket, Key: "releases/sender/current.json" }));
  });

  it("need a boundary that exists", async () => {
    const missing = { RoleName: "x", AssumeRolePolicyDocument, PermissionsBoundary: policyArn("missing") };
    await assert.rejects(iam.createRole(missing), /does not exist/);
  });
});
