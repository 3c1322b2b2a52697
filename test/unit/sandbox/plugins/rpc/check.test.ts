import assert from "node:assert/strict";
import { checkValues, fillDefaults } from "@metrics-link/sandbox/plugins/rpc/check.ts";
import { boolean, integer, json, list, map, object, string, UNKNOWN } from "@metrics-link/sandbox/plugins/rpc/index.ts";
import type { Values } from "@metrics-link/sandbox/plugins/rpc/values.ts";

const schema = {
  cidrBlock: string({ required: true, validate: (text) => (text.includes("/") ? undefined : `is ${text}, no CIDR`) }),
  tenancy: string({ oneOf: ["default", "dedicated"] }),
  count: integer(),
  policy: json(),
  tags: map(string()),
  ingress: list(object({ fromPort: integer({ required: true }), self: boolean({ default: false }) })),
};
const check = (values: Values) => checkValues(values, schema, "aws:ec2/vpc:Vpc");
const one = (values: Values) => {
  const failures = check({ cidrBlock: "10.0.0.0/16", ...values });
  assert.equal(failures.length, 1, JSON.stringify(failures));
  return failures[0] ?? assert.fail();
};

describe("the check of a provider's inputs", () => {
  it("accepts valid and unknown values", () => {
    assert.deepEqual(check({ cidrBlock: "10.0.0.0/16", tags: { a: "b" }, ingress: [{ fromPort: 1 }] }), []);
    assert.deepEqual(check({ cidrBlock: UNKNOWN, tags: { a: UNKNOWN }, ingress: UNKNOWN }), []);
  });

  it("refuses an unknown property, and names the nearest one", () => {
    const { property, reason } = one({ tenency: "default" });
    assert.equal(property, "tenency");
    assert.match(reason, /aws:ec2\/vpc:Vpc has no property "tenency" here \(did you mean "tenancy"\?\)/);
    assert.equal(one({ ingress: [{ fromPort: 1, toPort: 2 }] }).property, "ingress[0].toPort");
  });

  it("accepts a provider's internal properties", () => {
    assert.deepEqual(check({ cidrBlock: "10.0.0.0/16", __defaults: ["cidrBlock"] }), []);
  });

  it("names missing properties, at any depth", () => {
    assert.deepEqual(
      check({}).map(({ property }) => property),
      ["cidrBlock"],
    );
    assert.equal(one({ ingress: [{}] }).property, "ingress[0].fromPort");
  });

  it("refuses the wrong type without showing the value, which may be secret", () => {
    const { property, reason } = one({ tags: { "a.b": ["hunter2"] } });
    assert.equal(property, 'tags["a.b"]');
    assert.equal(reason, "must be a string, but is a list");
    assert.match(one({ count: 1.5 }).reason, /whole number/);
    assert.match(one({ policy: "{" }).reason, /cannot be parsed/);
  });

  it("applies a property's own rules", () => {
    assert.match(one({ tenancy: "shared" }).reason, /one of "default", "dedicated"/);
    assert.equal(one({ cidrBlock: "10.0.0.0" }).reason, "is 10.0.0.0, no CIDR");
  });

  it("sets defaults at every depth, and overrides nothing", () => {
    const given = { ingress: [{ fromPort: 1 }, { fromPort: 2, self: true }] };
    assert.deepEqual(fillDefaults(given, schema), {
      ingress: [
        { fromPort: 1, self: false },
        { fromPort: 2, self: true },
      ],
    });
  });
});
