import assert from "node:assert/strict";
import { list, string, UNKNOWN } from "@metrics-link/sandbox/plugins/rpc/index.ts";
import {
  checkInputs,
  diffInputs,
  previewState,
  stateOf,
  topLevel,
  trackedInputs,
} from "@metrics-link/sandbox/plugins/rpc/operations.ts";

const type = {
  inputs: { name: string(), zone: string(), groups: list(string()), description: string() },
  outputs: { arn: string(), zone: string(), version: string({ changesOnUpdate: true }) },
  update: () => undefined,
};
const seed = Uint8Array.from([0xab, 0xcd, 0xef, 0x01, 0x23]);

describe("automatic names", () => {
  const schema = { name: string({ autoname: { maxLength: 16 } }) };
  const check = (name: string, olds: Record<string, never> | object, news: object) =>
    checkInputs(schema, "t", { name, olds: olds as never, news: news as never, seed }).inputs;

  it("are the resource's name and seven digits, the same in preview and update", () => {
    assert.deepEqual(check("web", {}, {}), { name: "web-abcdef0", __defaults: ["name"] });
  });
  it("are shortened before the digits", () => {
    assert.equal(check("a-very-long-name", {}, {}).name, "a-very-l-abcdef0");
  });
  it("stay through updates, unless the program set a name before", () => {
    assert.equal(check("web", { name: "web-1111111", __defaults: ["name"] }, {}).name, "web-1111111");
    assert.equal(check("web", { name: "mine" }, {}).name, "web-abcdef0");
  });
  it("do not override the program's name", () => {
    assert.deepEqual(check("web", {}, { name: "mine" }), { name: "mine" });
  });
});

describe("the state of a resource", () => {
  it("has unknown outputs in the preview of a new one, except those that are inputs", () => {
    assert.deepEqual(previewState(type, { zone: "a" }, { arn: "arn:1" }, {}), {
      zone: "a",
      arn: "arn:1",
      version: UNKNOWN,
    });
  });
  it("keeps its outputs in the preview of an update, except those that an update changes", () => {
    assert.deepEqual(previewState(type, { name: "n" }, {}, { arn: "arn:1", zone: "a", version: "1" }), {
      name: "n",
      arn: "arn:1",
      zone: "a",
      version: UNKNOWN,
    });
  });
  it("has no output outside the schema", () => {
    assert.deepEqual(stateOf(type, { name: "n", __defaults: [] }, { arn: "x" }, "t"), { name: "n", arn: "x" });
    assert.throws(() => stateOf(type, {}, { arm: "x" }, "t"), /output "arm"/);
  });
});

describe("changes", () => {
  it("replace a resource that cannot be updated", () => {
    const { update: _, ...fixed } = type;
    assert.equal(diffInputs(fixed, { name: "a" }, { name: "b" }).get("name")?.replace, true);
    assert.equal(diffInputs(type, { name: "a" }, { name: "b" }).get("name")?.replace, false);
  });
  it("keep optional computed values that the program no longer sets", () => {
    assert.equal(diffInputs(type, { zone: "a" }, {}).size, 0);
    assert.equal(diffInputs(type, { name: "a" }, {}).size, 1);
  });
  it("begin at a property", () => {
    assert.equal(topLevel("ingress[0].toPort"), "ingress");
    assert.equal(topLevel('["odd key"].x'), "odd key");
  });
});

describe("inputs after a refresh", () => {
  const read = { name: "n", zone: "a", groups: ["x", "y"], description: "" };
  it("are complete for an import", () => {
    assert.deepEqual(trackedInputs(type, {}, read), read);
  });
  it("omit values that the program never set, if they are empty or computed", () => {
    assert.deepEqual(trackedInputs(type, { name: "n", groups: ["x", "y"] }, read), { name: "n", groups: ["x", "y"] });
  });
  it("have drift, also in values that the program never set", () => {
    assert.deepEqual(trackedInputs(type, { name: "n" }, { ...read, name: "m", description: "by hand" }), {
      name: "m",
      groups: ["x", "y"],
      description: "by hand",
    });
  });
  it("omit removed values", () => {
    assert.deepEqual(trackedInputs(type, { name: "n", description: "d" }, { name: "n" }), { name: "n" });
  });
  it("keep the provider's internal properties", () => {
    assert.deepEqual(trackedInputs(type, { name: "n", __defaults: ["name"] }, { name: "n" }), {
      name: "n",
      __defaults: ["name"],
    });
  });
});
