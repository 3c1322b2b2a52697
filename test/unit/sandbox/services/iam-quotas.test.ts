/** IAM's quotas, at which administrators who follow docs/deploy.md would be stopped. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Clients } from "@metrics-link/sandbox/testing/clients.ts";
import { Api, document, roleArn, sender } from "./api-in-front-of-moto.ts";

const folder = resolve(import.meta.dirname, "../../../../docs/iam");
const quota = (words: RegExp) => ({ name: "LimitExceededException", message: words });
const trust = document({ Effect: "Allow", Principal: { AWS: roleArn("anybody") }, Action: "sts:AssumeRole" });
const rights = (characters: number) => {
  const around = document({ Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::x" });
  return around.replace(":::", `:::${"x".repeat(characters - around.length)}`);
};

/** What each account attaches to the role of its updates. */
const attachedTo = (pattern: RegExp) => readdirSync(folder).filter((file) => pattern.test(file));
const ofSender = attachedTo(/^(deployer-exchange|(deployer-sender|reader-sender|auditor-of-hosts-sender).*)\.json$/);
const ofReceiver = attachedTo(/^(deployer-receiver|reader-receiver|auditor-of-hosts-receiver).*\.json$/);

describe("the quotas of IAM in the sandbox", function () {
  this.timeout(90_000);
  const api = new Api();
  let iam: Clients["iam"];
  let tries = 0;

  before(async () => {
    await api.start();
    ({ iam } = api.clients(api.moto.keys.admins[sender] ?? assert.fail("no administrator")));
  });
  after(() => api.stop());

  const made = async (PolicyDocument: string) => {
    const { Policy } = await iam.createPolicy({ PolicyName: `policy-${tries++}`, PolicyDocument });
    return Policy?.Arn ?? assert.fail("no policy");
  };
  const role = async () => {
    const { Role } = await iam.createRole({ RoleName: `role-${tries++}`, AssumeRolePolicyDocument: trust });
    return Role?.RoleName ?? assert.fail("no role");
  };
  /** Attaches files of docs/iam to a new role. */
  const attach = async (files: readonly string[]) => {
    const RoleName = await role();
    for (const file of files) {
      await iam.attachRolePolicy({
        RoleName,
        PolicyArn: await made(readFileSync(join(folder, file), "utf8").replaceAll("222222222222", sender)),
      });
    }
  };

  it("let a role have ten managed policies, one of them twice", async () => {
    const RoleName = await role();
    const policies = await Promise.all(Array.from({ length: 11 }, () => made(rights(200))));
    const [first, ...others] = policies;
    for (const PolicyArn of [first, ...others.slice(0, 9), first]) await iam.attachRolePolicy({ RoleName, PolicyArn });
    await assert.rejects(
      iam.attachRolePolicy({ RoleName, PolicyArn: others[9] }),
      quota(/^Cannot exceed quota for PoliciesPerRole: 10$/),
    );
  });

  it("let a managed policy have 6,144 characters, blanks not counted", async () => {
    const arn = await made(JSON.stringify(JSON.parse(rights(6144)), undefined, 4));
    const words = quota(/^Cannot exceed quota for PolicySize: 6144$/);
    await assert.rejects(made(rights(6145)), words);
    await assert.rejects(iam.createPolicyVersion({ PolicyArn: arn, PolicyDocument: rights(6145) }), words);
  });

  it("let all inline policies of a role have 10,240 characters, and those of a user 2,048", async () => {
    const RoleName = await role();
    const put = (PolicyName: string, characters: number) =>
      iam.putRolePolicy({ RoleName, PolicyName, PolicyDocument: rights(characters) });
    await put("a", 10_000);
    await assert.rejects(put("b", 241), quota(/^Maximum policy size of 10240 bytes exceeded for role role-\d+$/));
    await put("a", 10_240);
    await iam.createUser({ UserName: "somebody" });
    const ofUser = { UserName: "somebody", PolicyName: "a" };
    await iam.putUserPolicy({ ...ofUser, PolicyDocument: rights(2048) });
    await assert.rejects(
      iam.putUserPolicy({ ...ofUser, PolicyDocument: rights(2049) }),
      quota(/^Maximum policy size of 2048 bytes exceeded for user somebody$/),
    );
  });

  it("let a trust policy have 2,048 characters", async () => {
    const long = document({
      Effect: "Allow",
      Principal: { AWS: Array(60).fill(roleArn("x")) },
      Action: "sts:AssumeRole",
    });
    const words = quota(/^Cannot exceed quota for ACLSizePerRole: 2048$/);
    await assert.rejects(iam.createRole({ RoleName: "long", AssumeRolePolicyDocument: long }), words);
    const RoleName = await role();
    await assert.rejects(iam.updateAssumeRolePolicy({ RoleName, PolicyDocument: long }), words);
  });

  it("leave room for the policies of an account with a sender or a receiver", async () => {
    await attach(ofSender);
    await attach(["deployer-exchange.json", ...ofReceiver]);
  });

  it("leave room for an account with both, without the receiver's policies that a sender's give as well", async () => {
    const [, words = ""] =
      /An account with both[\s\S]*?take `([^`]+)`/.exec(readFileSync("docs/deploy.md", "utf8")) ?? [];
    const more = words.split(/\s+/).map((file) => file.replace("docs/iam/", ""));
    await assert.rejects(attach([...ofSender, ...ofReceiver]), quota(/PoliciesPerRole: 10/));
    await attach([...ofSender, ...more]);
    const left = ofReceiver.filter((file) => !more.includes(file));
    const given = ofSender.flatMap(statementsOf);
    for (const statement of left.flatMap(statementsOf)) {
      assert.ok(given.some(givesAll(statement)), JSON.stringify(statement));
    }
  });
});

type Texts = string | readonly string[];
interface Statement {
  readonly Action: Texts;
  readonly Resource: Texts;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, Texts>>>>;
}

const statementsOf = (file: string): readonly Statement[] =>
  JSON.parse(readFileSync(join(folder, file), "utf8").replaceAll("222222222222", sender)).Statement;
const isPart = (part: Texts, whole: Texts) => [part].flat().every((text) => [whole].flat().includes(text));

/** Whether a statement gives all that another one gives: a condition is met by any of its values, and by each of its keys. */
const givesAll =
  ({ Action, Resource, Condition = {} }: Statement) =>
  (other: Statement): boolean => {
    const conditions = Object.entries(other.Condition ?? {}).flatMap(([operator, keys]) =>
      Object.entries(keys).map(([key, values]) => [Condition[operator]?.[key], values] as const),
    );
    return (
      isPart(Action, other.Action) &&
      isPart(Resource, other.Resource) &&
      conditions.every(([asked, allowed]) => asked !== undefined && isPart(asked, allowed))
    );
  };
