import assert from "node:assert/strict";
import { diffValues } from "@metrics-link/sandbox/plugins/rpc/diff.ts";
import {
  Asset,
  asset,
  json,
  list,
  map,
  object,
  set,
  string,
  UNKNOWN,
} from "@metrics-link/sandbox/plugins/rpc/index.ts";
import type { Values } from "@metrics-link/sandbox/plugins/rpc/values.ts";

const schema = {
  cidrBlock: string({ replaceOnChange: true }),
  policy: json(),
  tags: map(string()),
  names: list(string()),
  groups: set(string()),
  rules: set(object({ from: string(), peers: list(string()) })),
  subject: object({ commonName: string() }, { replaceOnChange: true }),
  source: asset(),
};
const changes = (olds: Values, news: Values) =>
  Object.fromEntries(
    [...diffValues(olds, news, schema)].map(([path, { kind, replace }]) => [path, replace ? `${kind} replace` : kind]),
  );

describe("the difference of two sets of inputs", () => {
  it("names each change by its path", () => {
    assert.deepEqual(changes({ tags: { a: "1", b: "2" } }, { tags: { a: "1", b: "3", "c.d": "4" } }), {
      "tags.b": "update",
      'tags["c.d"]': "add",
    });
    assert.deepEqual(changes({ names: ["a", "b"] }, { names: ["a"] }), { "names[1]": "delete" });
  });

  it("replaces where the schema says so, also for nested changes", () => {
    assert.deepEqual(changes({ cidrBlock: "a" }, { cidrBlock: "b" }), { cidrBlock: "update replace" });
    assert.deepEqual(changes({ subject: { commonName: "a" } }, { subject: { commonName: "b" } }), {
      "subject.commonName": "update replace",
    });
  });

  it("counts an unknown value as a change", () => {
    assert.deepEqual(changes({ cidrBlock: "a" }, { cidrBlock: UNKNOWN }), { cidrBlock: "update replace" });
    assert.deepEqual(changes({ groups: ["a"] }, { groups: [UNKNOWN] }), { groups: "update" });
  });

  it("compares meaning, not spelling", () => {
    assert.deepEqual(changes({ policy: '{"a":1,"b":2}' }, { policy: '{ "b": 2, "a": 1 }' }), {});
    assert.deepEqual(changes({ groups: ["a", "b"] }, { groups: ["b", "a"] }), {});
    const rules = [{ from: "1", peers: ["x"] }, { from: "2" }];
    assert.deepEqual(changes({ rules }, { rules: [{ from: "2" }, { peers: ["x"], from: "1" }] }), {});
    assert.deepEqual(changes({ tags: {} }, {}), {});
    assert.deepEqual(changes({ names: [] }, {}), {});
  });

  it("detects a change of order in lists, and of number in sets", () => {
    assert.deepEqual(changes({ names: ["a", "b"] }, { names: ["b", "a"] }), {
      "names[0]": "update",
      "names[1]": "update",
    });
    assert.deepEqual(changes({ groups: ["a"] }, { groups: ["a", "a"] }), { groups: "update" });
  });

  it("compares assets by their hash", () => {
    const [here, there] = [new Asset("1", { path: "here" }), new Asset("1", { path: "there" })];
    assert.deepEqual(changes({ source: here }, { source: there }), {});
    assert.deepEqual(changes({ source: here }, { source: new Asset("2", { path: "here" }) }), { source: "update" });
  });

  it("ignores a provider's internal properties", () => {
    assert.deepEqual(changes({ __defaults: ["name"] }, {}), {});
  });
});
