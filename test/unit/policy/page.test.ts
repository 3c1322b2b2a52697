import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { policies } from "@metrics-link/policy";

describe("the policy pack", () => {
  const files = (folder: string) => readdirSync(new URL(folder, import.meta.url));

  it("has a spec for each policy, named after it", () => {
    const names = policies.map(({ name }) => name).toSorted();
    const specs = files("policies/").filter((file) => file.endsWith(".test.ts"));
    assert.deepEqual(specs.map((file) => file.replace(/\.test\.ts$/, "")).toSorted(), names);
  });

  it("documents rule, reason, remedy and source of each policy in full sentences", () => {
    for (const { name, rule, reason, remedy, source } of policies) {
      assert.match(name, /^[a-z][a-z0-9-]{3,40}$/);
      for (const text of [rule, reason, remedy]) assert.match(text, /^[A-Z].*\.$/s, name);
      assert.ok(source.length > 10 && !source.endsWith("."), name);
    }
    assert.equal(new Set(policies.map(({ name }) => name)).size, policies.length);
  });
});
