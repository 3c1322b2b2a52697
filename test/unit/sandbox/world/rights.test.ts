/** What deployers, administrators and Data Lifecycle Manager may do in a sandbox, as its AWS API has it. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Route53Resolver } from "@aws-sdk/client-route53resolver";
import { cacheDirectory } from "@metrics-link/release";
import { type AwsApi, clientsOf } from "@metrics-link/sandbox/cloud/api.ts";
import { type Authorisation, enforcedBy } from "@metrics-link/sandbox/cloud/authorisation.ts";
import { requestsOf } from "@metrics-link/sandbox/cloud/calls/requests.ts";
import { Cloud } from "@metrics-link/sandbox/cloud/cloud.ts";
import { type Moto, startMoto } from "@metrics-link/sandbox/services/moto/moto.ts";
import { STS } from "@metrics-link/sandbox/testing/clients.ts";
import { assume } from "@metrics-link/sandbox/testing/sessions.ts";
import {
  accounts,
  administratorArn,
  deployerSession,
  deployRole,
  deployRoleArn,
  region,
  snapshotSession,
} from "@metrics-link/sandbox/world/accounts.ts";
import { deployRights, managedPolicies } from "@metrics-link/sandbox/world/rights.ts";

const python = join(cacheDirectory(), "bin", "moto-python");
const account = accounts.receiver;

describe("rights in a sandbox", function () {
  this.timeout(90_000);
  let directory: string;
  let moto: Moto;
  let api: AwsApi;
  let authorisation: Authorisation;

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), "metrics-link-rights-"));
    moto = await startMoto({
      ...{ python, seed: "test", accounts: [accounts.sender, account], toolsAccount: accounts.tools, deployRole },
      policies: managedPolicies,
      deployRights,
      log: join(directory, "moto.log"),
    });
    api = { endpoint: moto.endpoint, admin: (of) => moto.keys.admins[of] ?? assert.fail(of) };
    authorisation = enforcedBy(api, python);
  });
  after(async () => {
    authorisation?.stop();
    await moto?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  const iam = () => clientsOf(api)(account, region).iam;
  const tags = { project: "metrics-link" };
  /** What AWS is asked for when something is done with a volume of the product. */
  const ofVolume = (doing: "create" | "delete") =>
    requestsOf(
      {
        ...{ place: { account, region }, type: "aws:ebs/volume:Volume", id: "vol-1", inputs: { tags } },
        find: () => undefined,
      },
      doing,
    );
  const ofSnapshot = requestsOf(
    {
      ...{ place: { account, region }, type: "aws:ebs/snapshot:Snapshot", inputs: { volumeId: "vol-1", tags } },
      find: (id) => ({ id, inputs: { tags } }),
    },
    "create",
  );
  const may = (caller: string, requests: Parameters<Authorisation["authorise"]>[1]) =>
    authorisation.authorise(caller, requests);

  it("of a deployer are the policies of docs/iam, within the boundary that administrators made", async () => {
    const { AttachedPolicies = [] } = await iam().listAttachedRolePolicies({ RoleName: deployRole });
    assert.deepEqual(AttachedPolicies.map(({ PolicyName }) => PolicyName).toSorted(), [
      "auditor-of-hosts-receiver",
      "deployer-exchange",
      "deployer-receiver-balancer",
      "deployer-receiver-names",
      "deployer-receiver-network",
      "deployer-receiver-services",
      "reader-receiver",
    ]);
    assert.deepEqual((await iam().listRolePolicies({ RoleName: deployRole })).PolicyNames, []);
    const { Role } = await iam().getRole({ RoleName: deployRole });
    const boundary = Role?.PermissionsBoundary?.PermissionsBoundaryArn;
    assert.equal(boundary, `arn:aws:iam::${account}:policy/metrics-link-deploy`);
  });

  it("let a deployer make a volume, and not delete it; an administrator deletes it", async () => {
    await may(deployerSession(account), ofVolume("create"));
    await assert.rejects(may(deployerSession(account), ofVolume("delete")), {
      name: "AwsError",
      message: `operation error EC2: DeleteVolume, https response error StatusCode: 403, api error UnauthorizedOperation: You are not authorized to perform this operation. User: ${deployerSession(account)} is not authorized to perform: ec2:DeleteVolume on resource: arn:aws:ec2:eu-west-1:222222222222:volume/vol-1 because no identity-based policy allows the ec2:DeleteVolume action`,
    });
    await may(administratorArn("receiver"), ofVolume("delete"));
  });

  it("let Data Lifecycle Manager take snapshots, by the role that administrators made, and delete no volume", async () => {
    await may(snapshotSession(account), ofSnapshot);
    await assert.rejects(may(snapshotSession(account), ofVolume("delete")), /ec2:DeleteVolume/);
  });

  it("let an audit read the rules of every DNS firewall, and change none", async () => {
    const { deployers } = moto.keys;
    const options = { region, endpoint: moto.endpoint, maxAttempts: 1 };
    const sts = new STS({ ...options, credentials: deployers[account] ?? assert.fail() });
    const credentials = await assume(sts, deployRoleArn(account));
    const resolver = new Route53Resolver({ ...options, credentials });
    await resolver.listFirewallRules({ FirewallRuleGroupId: "rslvr-frg-1" });
    await resolver.listFirewallDomains({ FirewallDomainListId: "rslvr-fdl-1" });
    await resolver.getFirewallConfig({ ResourceId: "vpc-1" });
    await resolver.listFirewallRuleGroupAssociations({ VpcId: "vpc-1" });
    await assert.rejects(resolver.deleteFirewallRuleGroup({ FirewallRuleGroupId: "rslvr-frg-1" }), {
      name: "AccessDeniedException",
    });
  });

  it("end at the boundary, which the refusal names", async () => {
    const own = { RoleName: deployRole, PolicyName: "more" };
    const createUser = [{ action: "iam:CreateUser", resource: "*", context: {} }];
    await assert.rejects(may(deployerSession(account), createUser), /no identity-based policy allows/);
    const Statement = [{ Effect: "Allow", Action: "*", Resource: "*" }];
    await iam().putRolePolicy({ ...own, PolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement }) });
    try {
      await assert.rejects(may(deployerSession(account), createUser), /no permissions boundary allows/);
    } finally {
      await iam().deleteRolePolicy(own);
    }
  });

  it("are asked for by what an update makes of a resource, and by the tags that it has", async () => {
    const boundaryOf = (name: string) => `arn:aws:iam::${account}:policy/${name}`;
    const change = (known: object, inputs: object, name: string) =>
      requestsOf(
        {
          ...{ place: { account, region }, type: "aws:iam/role:Role", id: "metrics-link-receiver-eu-west-1" },
          inputs: { name: "metrics-link-receiver-eu-west-1", ...inputs },
          known: { name: "metrics-link-receiver-eu-west-1", ...known },
          find: () => undefined,
        },
        { changes: [name] },
      );
    const host = { permissionsBoundary: boundaryOf("metrics-link-host-boundary") };
    await may(deployerSession(account), change({}, host, "permissionsBoundary"));
    const other = { permissionsBoundary: boundaryOf("another") };
    const widened = may(deployerSession(account), change(host, other, "permissionsBoundary"));
    await assert.rejects(widened, /iam:PutRolePermissionsBoundary/);
    assert.throws(() => change({}, { maxSessionDuration: 7200 }, "maxSessionDuration"), {
      message: "the sandbox does not know what the provider calls when maxSessionDuration of aws:iam/role:Role changes",
    });
    const ofStranger = { place: { account, region }, type: "aws:ec2/eip:Eip", id: "eipalloc-1", find: () => undefined };
    const retag = requestsOf({ ...ofStranger, inputs: { tags }, known: { tags: {} } }, { changes: ["tags"] });
    await assert.rejects(may(deployerSession(account), retag), /ec2:CreateTags/);
  });

  it("are read whole while others change what IAM has", async () => {
    const trust = { Version: "2012-10-17", Statement: [] };
    let isRead = false;
    const write = async (RoleName: string) => {
      while (!isRead) {
        await iam().createRole({ RoleName, AssumeRolePolicyDocument: JSON.stringify(trust) });
        await iam().deleteRole({ RoleName });
      }
    };
    const read = async () => {
      for (let times = 0; times < 20; times += 1) await may(deployerSession(account), ofVolume("create"));
    };
    await Promise.all([
      Promise.all([read(), read(), read()]).finally(() => (isRead = true)),
      ...["one", "two", "three"].map(write),
    ]);
  });

  it("are nobody's whom IAM does not know, and nobody's who does not say who it is", async () => {
    for (const caller of [`arn:aws:sts::${account}:assumed-role/gone/x`, `arn:aws:iam::${account}:user/gone`, "root"]) {
      await assert.rejects(may(caller, ofVolume("create")), caller);
    }
    const cloud = await Cloud.open({
      file: join(directory, "cloud.json"),
      api,
      authorise: authorisation.authorise,
    });
    const asked = cloud.create({ account, region, type: "aws:ec2/vpc:Vpc", name: "vpc", inputs: {} });
    await assert.rejects(asked, /does not say whose it is/);
    assert.deepEqual(cloud.topology().vpcs, []);
  });
});
