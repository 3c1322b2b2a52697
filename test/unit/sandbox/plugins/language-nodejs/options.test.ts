import assert from "node:assert/strict";
import { optionsEnvironment, parseOptions } from "@metrics-link/sandbox/plugins/language-nodejs/options.ts";

describe("runtime options of Pulumi.yaml", () => {
  it("default to those of the official language host", () => {
    const options = parseOptions({});
    assert.deepEqual(options, { typescript: true, tsconfig: undefined, nodeargs: [], packagemanager: "auto" });
    assert.deepEqual(optionsEnvironment(options), { PULUMI_NODEJS_TYPESCRIPT: "true" });
  });

  it("pass arguments to node, split as by a shell", () => {
    const nodeargs = "--import tsx --title 'two words' --conditions=$HOME";
    assert.deepEqual(parseOptions({ nodeargs }).nodeargs, [
      "--import",
      "tsx",
      "--title",
      "two words",
      "--conditions=$HOME",
    ]);
    assert.throws(() => parseOptions({ nodeargs: "--import tsx; rm x" }), /nodeargs.*words and quotes/);
  });

  it("can turn ts-node off and name a tsconfig", () => {
    const options = parseOptions({ typescript: false, tsconfig: "tsconfig.pulumi.json" });
    assert.deepEqual(optionsEnvironment(options), { PULUMI_NODEJS_TSCONFIG_PATH: "tsconfig.pulumi.json" });
  });

  it("are refused by name if they have a wrong type or value", () => {
    assert.throws(() => parseOptions({ typescript: "false" }), /typescript must be a boolean, but is "false"/);
    assert.throws(() => parseOptions({ packagemanager: "cargo" }), /packagemanager is "cargo"/);
  });
});
