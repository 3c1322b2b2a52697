import assert from "node:assert/strict";
import { surroundings } from "@metrics-link/audit";
import { factsIn, placesIn } from "../../../scripts/audit/declared-facts.ts";
import type { Resource } from "../../../scripts/audit/state-resources.ts";
import { deployBoth } from "../policy/support/deployed.ts";

describe("what an audit reads of a stack's surroundings in its state", function () {
  this.timeout(300_000);
  let stacks: Record<"sender" | "receiver", readonly Resource[]>;

  before(async () => {
    const deployed = await deployBoth();
    const stateOf = (role: "sender" | "receiver") =>
      deployed[role].outputs.map(({ type, name, urn, props }): Resource => {
        // The mocks of the engine give no automatic names, and ids that are not those of AWS.
        const inputs: Record<string, unknown> = { name, ...props };
        const named = `metrics-link-${role}-eu-west-1`;
        if (type === "aws:iam/rolePolicy:RolePolicy") inputs.role = named;
        const ids: Record<string, unknown> = { Role: named, Bucket: inputs.bucket };
        const arn = type.startsWith("aws:lb/") ? `arn:${name}` : `${name}-id`;
        const id = String(ids[type.split(":").at(-1) ?? ""] ?? arn);
        return { type, urn, id, inputs, outputs: inputs, delete: false };
      });
    stacks = { sender: stateOf("sender"), receiver: stateOf("receiver") };
  });
  const ofType = (role: "sender" | "receiver") => (type: string) => stacks[role].filter((one) => one.type === type);

  for (const role of ["sender", "receiver"] as const) {
    it(`has every part of the program's own resources: ${role}`, () => {
      const facts = factsIn(ofType(role));
      const told = Object.fromEntries(surroundings.map((which) => [which, facts[which].length]));
      assert.deepEqual(
        { ...told, routes: facts.routes.filter((fact) => / to /.test(fact)).length },
        { role: 4, key: 3, bucket: 8, routes: role === "sender" ? 5 : 3, dns: 4, balancer: role === "sender" ? 0 : 11 },
        JSON.stringify(facts, undefined, 2),
      );
      const places = placesIn(ofType(role));
      assert.deepEqual(
        [places.roles.length, places.keys.length, places.buckets.length, places.vpcId],
        [1, 1, 1, `${role}-vpc-id`],
      );
    });
  }
});
