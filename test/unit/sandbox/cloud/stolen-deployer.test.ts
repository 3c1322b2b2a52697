/** What somebody with the deployer's identity may not do to what other teams have in the same account. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { cacheDirectory } from "@metrics-link/release";
import { callsOfReading, grantsOf } from "@metrics-link/sandbox/cloud/calls/policies.ts";
import {
  auditCalls,
  exchangePreflightCalls,
  hostCalls,
  preflightCalls,
} from "@metrics-link/sandbox/cloud/calls/reading.ts";
import { typesOf } from "@metrics-link/sandbox/cloud/calls/stacks.ts";
import { Judge } from "@metrics-link/sandbox/cloud/judge.ts";

const repository = join(import.meta.dirname, "../../../..");
const document = (file: string): unknown => JSON.parse(readFileSync(join(repository, file), "utf8"));
/** What docs/deploy.md attaches to the role of updates of a sender. */
const attached = readdirSync(join(repository, "docs/iam"))
  .filter((file) => /^(deployer-exchange|(deployer|reader|auditor-of-hosts)-sender.*)\.json$/.test(file))
  .map((file) => document(`docs/iam/${file}`));
const boundary = document("stacks/iam/deploy-role.json");
const snapshots = document("stacks/iam/snapshot-role.json");
const everything = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] };

const own = { "aws:ResourceTag/project": "metrics-link", "ssm:resourceTag/project": "metrics-link" };
const foreign = { "aws:ResourceTag/project": "shop", "ssm:resourceTag/project": "shop" };
const claims = { "aws:RequestTag/project": "metrics-link" };
const ec2 = (rest: string) => `arn:aws:ec2:eu-west-1:111111111111:${rest}`;
const key = "arn:aws:kms:eu-west-1:111111111111:key/1";
const policy = "arn:aws:dlm:eu-west-1:111111111111:policy/1";
const domains = "arn:aws:route53resolver:eu-west-1:111111111111:firewall-domain-list/1";
const snapshot = "arn:aws:ec2:eu-west-1::snapshot/snap-1";

type Tags = Readonly<Record<string, string>>;
const request = (action: string, resource: string, context: Tags) => ({
  action,
  resource,
  context: { "aws:RequestedRegion": "eu-west-1", ...context },
});
type Asked = ReturnType<typeof request>;

/** Refused by the boundary alone, whatever is attached. */
const strange: Readonly<Record<string, Asked>> = {
  "tags an instance without the tag as the product's": request("ec2:CreateTags", ec2("instance/i-1"), claims),
  "tags another's instance as the product's": request("ec2:CreateTags", ec2("instance/i-1"), { ...claims, ...foreign }),
  "tags another's volume as the product's": request("ec2:CreateTags", ec2("volume/vol-1"), { ...claims, ...foreign }),
  "tags another's group as the product's": request("ec2:CreateTags", ec2("security-group/sg-1"), {
    ...claims,
    ...foreign,
  }),
  "tags a snapshot as the product's": request("ec2:CreateTags", snapshot, claims),
  "tags an address as the product's": request("ec2:CreateTags", ec2("elastic-ip/eipalloc-1"), claims),
  "sends a command to another's instance": request("ssm:SendCommand", ec2("instance/i-1"), foreign),
  "changes the user data of another's instance": request("ec2:ModifyInstanceAttribute", ec2("instance/i-1"), foreign),
  "stops another's instance": request("ec2:StopInstances", ec2("instance/i-1"), foreign),
  "starts another's instance": request("ec2:StartInstances", ec2("instance/i-1"), {}),
  "terminates another's instance": request("ec2:TerminateInstances", ec2("instance/i-1"), foreign),
  "attaches another's volume": request("ec2:AttachVolume", ec2("volume/vol-1"), foreign),
  "makes a volume from another's snapshot": request("ec2:CreateVolume", snapshot, {}),
  "gives another's interface to a host": request("ec2:RunInstances", ec2("network-interface/eni-1"), {}),
  "releases an address that peers pin": request("ec2:ReleaseAddress", ec2("elastic-ip/eipalloc-1"), own),
  "deletes a data volume": request("ec2:DeleteVolume", ec2("volume/vol-1"), own),
  "tags the state's key as the product's": request("kms:TagResource", key, {
    ...claims,
    "aws:ResourceTag/project": "metrics-link-state",
  }),
  "changes the policy of the state's key": request("kms:PutKeyPolicy", key, {
    "aws:ResourceTag/project": "metrics-link-state",
  }),
  "deletes the state's key": request("kms:ScheduleKeyDeletion", key, {
    "aws:ResourceTag/project": "metrics-link-state",
  }),
  "tags another's snapshot policy as the product's": request("dlm:TagResource", policy, { ...claims, ...foreign }),
  "changes another's snapshot policy": request("dlm:UpdateLifecyclePolicy", policy, foreign),
  "tags another's domain list as the product's": request("route53resolver:TagResource", domains, {
    ...claims,
    ...foreign,
  }),
  "has AWS' own role take snapshots": request(
    "iam:PassRole",
    "arn:aws:iam::111111111111:role/AWSDataLifecycleManagerDefaultRole",
    { "iam:PassedToService": "dlm.amazonaws.com" },
  ),
  "gives more rights to the role of snapshots": request(
    "iam:PutRolePolicy",
    "arn:aws:iam::111111111111:role/metrics-link-snapshots",
    { "iam:PermissionsBoundary": "arn:aws:iam::111111111111:policy/metrics-link-host-boundary" },
  ),
  "has somebody else assume the role of snapshots": request(
    "iam:UpdateAssumeRolePolicy",
    "arn:aws:iam::111111111111:role/metrics-link-snapshots",
    {},
  ),
};

/** The role that a policy of Data Lifecycle Manager names is all that limits what the policy does. */
const bySnapshots: Readonly<Record<string, Asked>> = {
  "takes a snapshot of another's volume": request("ec2:CreateSnapshot", ec2("volume/vol-1"), foreign),
  "shares a snapshot with a stranger": request("ec2:ModifySnapshotAttribute", snapshot, own),
  "copies a snapshot": request("ec2:CopySnapshot", snapshot, own),
  "deletes another's snapshot": request("ec2:DeleteSnapshot", snapshot, foreign),
  "tags another's snapshot": request("ec2:CreateTags", snapshot, { ...claims, ...foreign }),
  "makes an image": request("ec2:CreateImage", ec2("instance/i-1"), own),
};

describe("a stolen deployer", function () {
  this.timeout(30_000);
  let judge: Judge;
  before(() => (judge = new Judge(join(cacheDirectory(), "bin", "moto-python"))));
  after(() => judge.stop());

  const isAllowed = async (rights: Parameters<Judge["allowed"]>[0], asked: Asked) =>
    (await judge.allowed(rights, [asked]))[0];

  for (const [what, asked] of Object.entries(strange)) {
    it(`never ${what}`, async () => {
      assert.equal(await isAllowed({ policies: attached, boundary }, asked), false, "with the policies of docs/iam");
      assert.equal(await isAllowed({ policies: [everything], boundary }, asked), false, "with any policies");
    });
  }

  for (const [what, asked] of Object.entries(bySnapshots)) {
    it(`has no policy of Data Lifecycle Manager that ${what}`, async () => {
      assert.equal(await isAllowed({ policies: [snapshots] }, asked), false);
    });
  }

  it("is refused for whose the resource is, and not for the action", async () => {
    const same: Readonly<Record<string, Tags>> = {
      "sends a command to another's instance": own,
      "changes the user data of another's instance": own,
      "attaches another's volume": own,
      "makes a volume from another's snapshot": own,
      "tags another's volume as the product's": claims,
      "tags another's group as the product's": claims,
      "changes the policy of the state's key": own,
      "tags the state's key as the product's": claims,
      "tags another's snapshot policy as the product's": claims,
      "tags another's domain list as the product's": claims,
    };
    for (const [what, tags] of Object.entries(same)) {
      const { action, resource } = strange[what] ?? assert.fail(what);
      assert.equal(
        await isAllowed({ policies: attached, boundary }, request(action, resource, tags)),
        true,
        `${action} on ${resource}`,
      );
    }
  });
});

describe("the boundary of the role of updates", function () {
  this.timeout(30_000);
  let judge: Judge;
  before(() => (judge = new Judge(join(cacheDirectory(), "bin", "moto-python"))));
  after(() => judge.stop());

  // What deployers do is in test/program/stacks/rights.test.ts.
  it("lets readers do all that their policies allow", async () => {
    const types = [...typesOf.exchange, ...typesOf.sender];
    const calls = [...callsOfReading(types), ...preflightCalls, ...exchangePreflightCalls, ...auditCalls, ...hostCalls];
    const place = { account: "111111111111", region: "eu-west-1", role: "sender" };
    const all = calls
      .flatMap((call) => grantsOf(call, place))
      .map(({ action, resource, equals }) => request(action, resource, equals));
    const allowed = await judge.allowed({ policies: [everything], boundary }, all);
    const refused = all.filter((_, index) => allowed[index] !== true);
    assert.ok(all.length > 50);
    assert.deepEqual(refused, []);
  });
});
