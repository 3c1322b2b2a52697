import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Policy } from "@metrics-link/policy";
import { isUndecidable, isUnderDeviation } from "@metrics-link/policy";
import { crossGuardPolicies } from "@metrics-link/policy/model/crossguard.ts";
import type { ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";
import * as pulumi from "@pulumi/pulumi";
import { configurationOf, resource } from "../support/example.ts";
import { reading, unknown } from "../support/specification.ts";

const facts = {
  fence: "pki",
  rule: "A rule holds.",
  reason: "A reason.",
  remedy: "A remedy.",
  source: "a source",
} as const;
const sizes: Policy = {
  ...facts,
  kind: "resource",
  name: "sizes",
  parameters: { most: { default: 3, description: "The most" } },
  *check({ props }, { parameters: { most = 0 } }) {
    if (props.size > most) yield `size is ${props.size}`;
  },
};
const counts: Policy = {
  ...facts,
  kind: "stack",
  name: "counts",
  *check(resources) {
    if (resources.length > 1) yield `${resources.length} resources`;
  },
};

/** What the SDK is told: its types know a text only. */
interface Reported {
  readonly message: string;
  readonly urn?: string;
  readonly enforcementLevel?: string;
}

function validate(props: object, parameters: object = {}): Reported[] {
  const [policy] = crossGuardPolicies([sizes]) as [ResourceValidationPolicy];
  const reported: Reported[] = [];
  const args = { ...resource("a:b:C", {}), props: reading(props), getConfig: () => parameters };
  const check = policy.validateResource as (args: unknown, report: (one: unknown) => void) => void;
  check(args, (one) => reported.push(one as Reported));
  return reported;
}

describe("the policies as CrossGuard runs them", () => {
  const configure = (policy: object) => {
    const { role, account, network, host, pki, prometheus, peer } = configurationOf("sender") as never as Record<
      string,
      unknown
    >;
    const sections = { role, account, network, host, pki, prometheus, peer, policy };
    pulumi.runtime.setAllConfig(
      Object.fromEntries(
        Object.entries(sections).map(([key, value]) => [
          `metrics-link:${key}`,
          typeof value === "string" ? value : JSON.stringify(value),
        ]),
      ),
    );
  };
  beforeEach(() => configure({}));
  after(() => pulumi.runtime.setAllConfig({}));

  it("are mandatory, and report a violation with its resource", () => {
    assert.equal(crossGuardPolicies([sizes])[0]?.enforcementLevel, "mandatory");
    const [only, ...others] = validate({ size: 4 });
    assert.deepEqual([only?.message, only?.enforcementLevel], ["size is 4. A remedy.", undefined]);
    assert.match(only?.urn ?? "", /a:b:C/);
    assert.deepEqual(others, []);
    assert.deepEqual(validate({ size: 3 }), []);
  });

  it("judge a receiver with the senders of its files, and fail when one of these cannot be used", () => {
    const folder = "stacks/test-crossguard-fleet";
    const path = join(import.meta.dirname, "../../../..", folder);
    const { senders, ...receiver } = configurationOf("receiver") as never as Record<string, unknown>;
    const seen: unknown[] = [];
    const looks: Policy = {
      ...facts,
      kind: "resource",
      name: "looks",
      *check(_resource, { configuration }) {
        if (configuration.role === "receiver") seen.push(...configuration.senders.map(({ name }) => name));
      },
    };
    const judged = () => {
      const [policy] = crossGuardPolicies([looks]) as [ResourceValidationPolicy];
      const check = policy.validateResource as (args: unknown, report: () => void) => void;
      check({ ...resource("a:b:C", {}), props: reading({}), getConfig: () => ({}) }, () => undefined);
    };
    pulumi.runtime.setAllConfig(
      Object.fromEntries(
        Object.entries({ ...receiver, fleet: folder }).flatMap(([key, value]) =>
          value === undefined
            ? []
            : [[`metrics-link:${key}`, typeof value === "string" ? value : JSON.stringify(value)]],
        ),
      ),
    );
    mkdirSync(path);
    try {
      writeFileSync(join(path, "account-x.json"), '{"owner":"a team","since":"2026-11-30"}');
      judged();
      assert.deepEqual(seen, ["account-x"]);
      writeFileSync(join(path, "account-y.json"), "{");
      assert.throws(judged, /account-y\.json is "\{"/);
    } finally {
      rmSync(path, { recursive: true });
    }
  });

  it("use configured parameters instead of their defaults", () => {
    assert.deepEqual(validate({ size: 4 }, { most: 4 }), []);
    assert.equal(validate({ size: 3 }, { most: 2 }).length, 1);
  });

  it("report unknown values as advisory, and do not ignore them", () => {
    const [only] = validate({ size: unknown });
    assert.ok(isUndecidable(only?.message ?? ""));
    assert.equal(only?.enforcementLevel, "advisory");
  });

  it("report as advisory what a deviation allows", () => {
    configure({ deviations: [{ policy: "sizes", reason: "it has to be like this for now", until: "2999-12-31" }] });
    const [only] = validate({ size: 4 });
    assert.ok(isUnderDeviation(only?.message ?? ""));
    assert.equal(only?.enforcementLevel, "advisory");
  });

  it("pass all resources together to stack policies", () => {
    const [policy] = crossGuardPolicies([counts]) as [StackValidationPolicy];
    const reported: unknown[] = [];
    const args = { resources: [resource("a:b:C", {}), resource("a:b:D", {})], getConfig: () => ({}) };
    void policy.validateStack(args as never, ((one: unknown) => reported.push(one)) as never);
    assert.deepEqual(
      reported.map((one) => (one as Reported).message),
      ["2 resources. A remedy."],
    );
  });

  it("fail if the stack's configuration cannot be read", () => {
    pulumi.runtime.setAllConfig({ "metrics-link:role": "spectator" });
    assert.throws(() => validate({ size: 1 }), /either sender or receiver/);
  });
});
