/** Who may lift a protection by the AWS API, before a stack can go (docs/deploy.md, "Taking it down"). */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Route53Resolver } from "@aws-sdk/client-route53resolver";
import { cacheDirectory } from "@metrics-link/release";
import { type Authorisation, enforcedBy } from "@metrics-link/sandbox/cloud/authorisation.ts";
import { Cloud } from "@metrics-link/sandbox/cloud/cloud.ts";
import { frontListener } from "@metrics-link/sandbox/services/front/front.ts";
import { type Moto, startMoto } from "@metrics-link/sandbox/services/moto/moto.ts";
import { STS } from "@metrics-link/sandbox/testing/clients.ts";
import { assume } from "@metrics-link/sandbox/testing/sessions.ts";
import { accounts, administratorArn, deployRole, deployRoleArn, region } from "@metrics-link/sandbox/world/accounts.ts";
import { deployRights, managedPolicies } from "@metrics-link/sandbox/world/rights.ts";

const python = join(cacheDirectory(), "bin", "moto-python");
const account = accounts.receiver;

describe("the protection of a DNS firewall", function () {
  this.timeout(60_000);
  let directory: string;
  let moto: Moto;
  let authorisation: Authorisation;
  let cloud: Cloud;
  let front: http.Server;

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), "metrics-link-lifted-"));
    moto = await startMoto({
      ...{ python, seed: "test", accounts: [accounts.sender, account], toolsAccount: accounts.tools, deployRole },
      policies: managedPolicies,
      deployRights,
      log: join(directory, "moto.log"),
    });
    const api = { endpoint: moto.endpoint, admin: (of: string) => moto.keys.admins[of] ?? assert.fail(of) };
    authorisation = enforcedBy(api, python);
    cloud = await Cloud.open({ file: join(directory, "cloud.json"), api, authorise: authorisation.authorise });
    const options = { moto: moto.endpoint, completions: [], described: cloud, log: () => undefined };
    const entrance = { way: () => ({ context: { "aws:SecureTransport": "true" } }) };
    front = http.createServer(frontListener({ ...options, onSecurityGroupChange: async () => undefined }, entrance));
    await new Promise<void>((resolve) => front.listen(0, "127.0.0.1", resolve));
  });
  after(async () => {
    front?.close();
    authorisation?.stop();
    await moto?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  /** The id of a protected association, made by an administrator. */
  async function associated(tags: Readonly<Record<string, string>>): Promise<string> {
    const make = async (type: string, inputs: object) => {
      const place = { account, region, caller: administratorArn("receiver") };
      const { id } = await cloud.create({ ...place, type, name: "one", inputs: { tags, ...inputs } });
      return id;
    };
    const vpcId = await make("aws:ec2/vpc:Vpc", { cidrBlock: "10.0.0.0/16" });
    const group = await make("aws:route53/resolverFirewallRuleGroup:ResolverFirewallRuleGroup", { name: "fence" });
    return make("aws:route53/resolverFirewallRuleGroupAssociation:ResolverFirewallRuleGroupAssociation", {
      ...{ name: "fence", vpcId, firewallRuleGroupId: group, priority: 101, mutationProtection: "ENABLED" },
    });
  }

  it("is lifted by the account's deployer where the firewall is the product's, and nowhere else", async () => {
    const endpoint = `http://127.0.0.1:${(front.address() as AddressInfo).port}`;
    const options = { region, endpoint, maxAttempts: 1 };
    const sts = new STS({ ...options, credentials: moto.keys.deployers[account] ?? assert.fail() });
    const credentials = await assume(sts, deployRoleArn(account));
    const resolver = new Route53Resolver({ ...options, credentials });
    const lift = (FirewallRuleGroupAssociationId: string) =>
      resolver.updateFirewallRuleGroupAssociation({ FirewallRuleGroupAssociationId, MutationProtection: "DISABLED" });
    const { FirewallRuleGroupAssociation: lifted } = await lift(await associated({ project: "metrics-link" }));
    assert.equal(lifted?.MutationProtection, "DISABLED");
    await assert.rejects(lift(await associated({ project: "another" })), { name: "AccessDeniedException" });
  });
});
