/** The whole life of both host stacks, as the calls that AWS would get, under the policies of docs/iam. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { cacheDirectory } from "@metrics-link/release";
import { calls } from "@metrics-link/sandbox/cloud/calls/index.ts";
import { type Document, type Statement, sizeOf } from "@metrics-link/sandbox/cloud/calls/policies.ts";
import { type Request, requestsOf } from "@metrics-link/sandbox/cloud/calls/requests.ts";
import { deployerPolicies, keptTypes, lookUps, typesOf } from "@metrics-link/sandbox/cloud/calls/stacks.ts";
import { Judge } from "@metrics-link/sandbox/cloud/judge.ts";
import { selfSigned } from "../../support/openssl.ts";
import type { Registration } from "../support/recording.ts";
import { build, configurationOf, type Role, receiverContract } from "./stacks.ts";

const region = "eu-west-1";
const accounts: Record<Role, string> = { sender: "111111111111", receiver: "222222222222" };
const root = selfSigned("root");
const addresses = { sender: ["203.0.113.10"], receiver: receiverContract(root.pem).endpointAddresses };
const peers: Record<Role, unknown> = {
  sender: receiverContract(root.pem),
  receiver: {
    version: 1,
    role: "sender",
    accountId: accounts.sender,
    rootBundle: root.pem,
    dnsName: "metrics-sender.account-a.internal",
    egressAddresses: addresses.sender,
  },
};
const pins = (role: Role) => ({ rootFingerprints: [root.fingerprint], addresses: addresses[role] });
const change: Record<Role, Record<string, unknown>> = {
  sender: { "metrics-link:peer": { stack: "organization/metrics-link/receiver", ...pins("receiver") } },
  receiver: {
    "metrics-link:senders": [{ name: "account-a", stack: "organization/metrics-link/sender", ...pins("sender") }],
  },
};

/** What the data volume is made from. DLM gives it the tags of the volume that it is of. */
const snapshot = {
  type: "aws:ebs/snapshot:Snapshot",
  id: "snap-0123456789abcdef0",
  inputs: { tags: { project: "metrics-link" } },
  outputs: { arn: undefined },
};
const hostOf = (role: Role) => ({
  "metrics-link:host": {
    ...JSON.parse(configurationOf(role, {})["metrics-link:host"] ?? "{}"),
    dataVolumeSnapshotId: snapshot.id,
  },
});

/** Ids and ARNs in the forms that AWS gives them. */
const answersOf = (role: Role): NonNullable<Parameters<typeof build>[1]["answers"]> => {
  const arn = (service: string, rest: string) => `arn:aws:${service}:${region}:${accounts[role]}:${rest}`;
  const both = (made: string) => ({ id: made, arn: made });
  return {
    "aws:ec2/eip:Eip": ({ name }) => ({ id: name, allocationId: name, publicIp: "203.0.113.10" }),
    "aws:iam/role:Role": ({ inputs }) => ({
      id: inputs.name,
      arn: `arn:aws:iam::${accounts[role]}:role/${inputs.name}`,
    }),
    // A profile has the name of its role, and a policy the ARN of its secret.
    "aws:iam/instanceProfile:InstanceProfile": ({ inputs }) => ({ id: inputs.name }),
    "aws:secretsmanager/secretPolicy:SecretPolicy": ({ inputs }) => ({ id: inputs.secretArn }),
    "aws:kms/key:Key": () => ({ id: "1", keyId: "1", arn: arn("kms", "key/1") }),
    "aws:lb/listener:Listener": () => both(arn("elasticloadbalancing", "listener/net/receiver/1/2")),
    "aws:lb/loadBalancer:LoadBalancer": () => both(arn("elasticloadbalancing", "loadbalancer/net/receiver/1")),
    "aws:lb/targetGroup:TargetGroup": () => both(arn("elasticloadbalancing", "targetgroup/receiver/1")),
    "aws:secretsmanager/secret:Secret": ({ inputs }) => both(arn("secretsmanager", `secret:${inputs.name}-AbCdEf`)),
  };
};

const isOfAws = ({ type }: Registration) => type in calls || type.startsWith("aws:");

/** Everything that is done with the resources of a stack in its life, one input changed after another. */
function lifeOf(role: Role, registrations: readonly Registration[]): Request[] {
  const place = { account: accounts[role], region };
  const answers = answersOf(role);
  const own = registrations.filter(isOfAws).map((registration) => {
    const { type, name, inputs, outputs = {} } = registration;
    const tags = { project: "metrics-link", role, ...inputs.tags };
    const { id = `${name}-id` } = answers[type]?.(registration) ?? {};
    return { type, id: `${id}`, outputs, inputs: { ...inputs, ...(isTaggable(type) ? { tags } : {}) } };
  });
  // The last one first: where the type is not asked for, what has the same id as another resource would be found.
  const find = (name: string, of?: string) =>
    [snapshot, ...own].findLast(
      ({ type, id, outputs }) =>
        (of === undefined ? isTaggable(type) : type === of) && [id, outputs.arn].includes(name),
    );
  const context = { "aws:RequestedRegion": region };
  const asks = lookUps[role].map(({ action }) => ({ action, resource: "*", context }));
  const lives = own.flatMap(({ type, id, inputs }) => {
    const resource = { place, type, id, inputs: withInstance(inputs), find };
    const known = calls[type] ?? assert.fail(`no calls of ${type}`);
    const changes = [...new Set(known.update.flatMap(({ when = [] }) => when))];
    return [
      requestsOf(resource, "create"),
      requestsOf(resource, "read"),
      ...changes.map((input) => requestsOf(resource, { changes: [input] })),
      keptTypes.includes(type) ? [] : requestsOf(resource, "delete"),
    ].flat();
  });
  return [...asks, ...lives];
}

const isTaggable = (type: string) =>
  !/Attachment|routeTableAssociation|resolverFirewall(Rule|Config):|RolePolicy|route:|bucket[A-Z]\w+:(?!BucketObject)|alias|secretPolicy|secretVersion|Command/.test(
    type,
  );

const unique = (requests: readonly Request[]) => [
  ...new Map(requests.map((request) => [JSON.stringify(request), request])).values(),
];

/** Requests of one kind are judged alike. */
const kindOf = ({ action, resource, context }: Request) =>
  JSON.stringify([
    action,
    resource.replace(/[^/]+$/, ""),
    { ...context, "aws:RequestTag/Name": "", "aws:ResourceTag/Name": "", "ssm:resourceTag/Name": "" },
  ]);

/** The command knows its host by a variable. */
const withInstance = (inputs: Registration["inputs"]) => ({
  ...inputs,
  ...(inputs.environment === undefined ? {} : { instanceId: inputs.environment.METRICS_LINK_INSTANCE_ID }),
});

const without = (
  document: Document,
  changed: Statement,
  parts: Partial<Record<"Action" | "Resource", string>>,
): Document => ({
  ...document,
  Statement: document.Statement.flatMap((one) => {
    if (one !== changed) return [one];
    const [Action, Resource] = (["Action", "Resource"] as const).map((part) =>
      [one[part]].flat().filter((text) => text !== parts[part]),
    ) as [string[], string[]];
    return Action.length === 0 || Resource.length === 0 ? [] : [{ ...one, Action, Resource }];
  }),
});

const isLike = (statement: Statement) => (other: Statement) =>
  isDeepStrictEqual([other.Resource, other.Condition], [statement.Resource, statement.Condition]);

for (const role of ["sender", "receiver"] as const) {
  describe(`the deployer of a ${role}`, function () {
    this.timeout(120_000);
    const place = { account: accounts[role], region };
    const documents = { ...deployerPolicies("exchange", place), ...deployerPolicies(role, place) };
    let judge: Judge;
    let registrations: Registration[];
    let life: Request[];

    before(async () => {
      judge = new Judge(join(cacheDirectory(), "bin", "moto-python"));
      registrations = await build(role, {
        root: root.pem,
        peer: peers[role],
        change: { ...hostOf(role), ...change[role] },
        answers: answersOf(role),
      });
      life = unique(lifeOf(role, registrations));
    });
    after(() => judge.stop());

    const denied = async (policies: readonly Document[], requests: readonly Request[], boundary?: unknown) => {
      const allowed = await judge.allowed({ policies, ...(boundary === undefined ? {} : { boundary }) }, requests);
      return requests.filter((_, index) => allowed[index] !== true);
    };

    it("has policies for exactly the types that the program makes", () => {
      const made = [...new Set(registrations.filter(isOfAws).map(({ type }) => type))].toSorted();
      assert.deepEqual(made, [...new Set([...typesOf[role], ...typesOf.exchange])].toSorted());
      const goes = registrations.filter(({ options }) => !options?.retainOnDelete).map(({ type }) => type);
      assert.deepEqual(
        made.filter((type) => !goes.includes(type)),
        keptTypes,
      );
    });

    it("may do all that its stack needs in its life, within the boundary of its role", async () => {
      assert.ok(life.length > 300, `${life.length}`);
      assert.deepEqual(await denied(Object.values(documents), life), []);
      const text = readFileSync(new URL("../../../stacks/iam/deploy-role.json", import.meta.url), "utf8");
      const boundary = JSON.parse(text.replaceAll(accounts.sender, accounts[role]));
      assert.deepEqual(await denied(Object.values(documents), life, boundary), []);
    });

    it("has no action and no resource that its stack does not need", async () => {
      const kinds = new Map(life.map((request) => [kindOf(request), request]));
      const all = Object.values(documents);
      const needless: string[] = [];
      for (const document of all) {
        for (const statement of document.Statement) {
          for (const part of ["Action", "Resource"] as const) {
            for (const text of [statement[part]].flat()) {
              // A host's policies and those of its exchange both list what each needs by itself.
              const fewer = all.map((one) =>
                one.Statement.filter(isLike(statement)).reduce((rest, it) => without(rest, it, { [part]: text }), one),
              );
              const concerned = [...kinds.values()].filter(({ action }) => [statement.Action].flat().includes(action));
              if ((await denied(fewer, concerned)).length === 0) needless.push(`${statement.Sid}: ${text}`);
            }
          }
        }
      }
      assert.deepEqual(needless, []);
    });

    it("may not do the same to what is not the product's", async () => {
      const strange = life
        .filter(({ context }) => Object.keys(context).some((key) => /Tag\/project$/i.test(key)))
        .map((request) => ({
          ...request,
          context: Object.fromEntries(Object.entries(request.context).filter(([key]) => !/Tag\/project$/i.test(key))),
        }))
        // Creations tag what they make, and say so.
        .filter(({ context }) => !Object.keys(context).some((key) => key.endsWith(":CreateAction")));
      assert.ok(strange.length > 100);
      assert.equal((await denied(Object.values(documents), strange)).length, strange.length);
    });

    it("has policies that AWS takes: at most ten for a role, each of at most 6,144 characters", () => {
      assert.ok(Object.keys(documents).length <= 10);
      for (const [name, document] of Object.entries(documents)) assert.ok(sizeOf(document) <= 6144, name);
    });
  });
}
