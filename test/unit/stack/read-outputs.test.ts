import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { ExampleProject } from "../sandbox/plugins/support/pulumi.ts";

const repository = resolve(import.meta.dirname, "../../..");
const stateOf = (project: ExampleProject, stack: string) =>
  join(project.state, ".pulumi/stacks/plugins-example", `${stack}.json`);
const named = (stack: string) => `organization/plugins-example/${stack}`;

/** A program that says something of itself, and tells what it could read of others. */
const program = `
import * as pulumi from "@pulumi/pulumi";
import "@pulumi/command/local/index.js"; // The SDK builds the resources of packages that the program knows.
import { readOutputs } from ${JSON.stringify(join(repository, "stacks/stack-outputs.ts"))};
const config = new pulumi.Config();
const read = async (stack) => {
  if (config.get("by") === "reference") {
    const { value } = await new pulumi.StackReference(stack, { name: stack }).getOutputDetails("contract");
    return { contract: value };
  }
  if (config.get("by") === "invoke") {
    const { outputs } = await pulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", { name: stack });
    return { contract: outputs?.contract };
  }
  return readOutputs(stack, ["contract"]);
};
export default async () => {
  const found = {};
  for (const stack of config.getObject("stacks") ?? []) {
    found[stack] = await read(stack).catch(({ message }) => ({ error: message }));
  }
  return { contract: config.getBoolean("secret") ? pulumi.secret("closed") : "open", found: JSON.stringify(found) };
};
`;

/** The state of a stack as its owner can write it. @param outputs JSON, of any depth */
const stateWith = (stack: string, outputs: string) =>
  `{"version":3,"checkpoint":{"stack":"${named(stack)}","latest":{
    "manifest":{"time":"2026-01-01T00:00:00Z","magic":"","version":""},"resources":[{
    "urn":"urn:pulumi:${stack}::plugins-example::pulumi:pulumi:Stack::plugins-example-${stack}",
    "custom":false,"type":"pulumi:pulumi:Stack","outputs":${outputs}}]}}}`;

describe("the outputs of other stacks, under the real engine", function () {
  this.timeout(180_000);
  let project: ExampleProject;
  const pulumi = (...words: string[]) => project.succeed(...words);

  before(async () => {
    project = new ExampleProject();
    await project.prepare();
    writeFileSync(join(project.program, "index.ts"), program);
    for (const stack of ["good", "destroyed", "gone", "damaged", "reader"]) {
      await pulumi("stack", "init", named(stack));
      if (stack !== "reader") await pulumi("up", "--yes", "--skip-preview", "-s", named(stack));
    }
    await pulumi("destroy", "--yes", "--skip-preview", "-s", named("destroyed"));
    rmSync(stateOf(project, "gone"));
    writeFileSync(stateOf(project, "damaged"), '{"version":3,"checkpoint":{');
    await pulumi("stack", "select", named("reader"));
    for (const [index, stack] of ["good", "destroyed", "gone", "damaged", "never"].entries()) {
      await pulumi("config", "set", "--path", `stacks[${index}]`, named(stack));
    }
  });
  after(() => project.remove());

  it("are read, or are an error that the program can catch, and the update continues", async () => {
    await pulumi("up", "--yes", "--skip-preview");
    const { found = "" } = await project.outputs();
    const read = JSON.parse(found) as Record<string, { contract?: string; error?: string }>;
    assert.equal(read[named("good")]?.contract, "open");
    assert.deepEqual(read[named("destroyed")], {});
    for (const stack of ["gone", "never"]) assert.match(read[named(stack)]?.error ?? "", /unknown stack/, stack);
    assert.match(read[named("damaged")]?.error ?? "", /failed to load checkpoint/);
  });

  describe("written by a hostile peer", () => {
    const signatureKey = "4dabf18193072939515e22adb298388d";
    const marked = (signature: string, more: object) => JSON.stringify({ [signatureKey]: signature, ...more });
    const reference = marked("5cf8f73096256a8f31e491e813e4eb8e", {
      urn: "urn:pulumi:x::y::command:local:Command::z",
      id: "z",
      packageVersion: "",
    });
    const nested = (depth: number) => `${"[".repeat(depth)}1${"]".repeat(depth)}`;
    const depths = [40, 1000, 1250, 1500, 2000];
    const outputs: Readonly<Record<string, string>> = {
      reference: `{"contract":${reference},"other":${reference}}`,
      elsewhere: `{"contract":{"version":1},"other":${reference}}`,
      ...Object.fromEntries(depths.map((depth) => [`nested-${depth}`, `{"contract":{"x":${nested(depth)}}}`])),
      "nested-elsewhere": `{"contract":{"version":1},"other":${nested(1250)}}`,
      big: `{"contract":{"version":1},"other":"${"x".repeat(5_000_000)}"}`,
      unknown: '{"contract":"04da6b54-80e4-46f7-96ec-b56ff0331ba9"}',
      asset: `{"contract":${marked("c44067f5952c0a294b673a41bacd8c17", { path: "/etc/passwd", hash: "x" })}}`,
      mark: `{"contract":${marked("other", { value: 1 })}}`,
      secret: `{"contract":${marked("1b47061264138c4ac30d75fd1eb44270", { ciphertext: "v1:garbage" })}}`,
      keys: '{"contract":{"__proto__":{"version":1},"hasOwnProperty":1,"then":1}}',
    };
    const found = new Map<string, { readonly contract?: unknown; readonly error?: string }>();

    const readers = (by: string, stacks: readonly string[]) => {
      const stated = { by, stacks: JSON.stringify(stacks.map(named)) };
      const config = Object.entries(stated).flatMap(([key, value]) => ["-c", `${key}=${value}`]);
      return project.run("up", "--yes", "--skip-preview", ...config);
    };

    before(async () => {
      for (const [stack, text] of Object.entries(outputs))
        writeFileSync(stateOf(project, stack), stateWith(stack, text));
      const { code, output } = await readers("readOutputs", Object.keys(outputs));
      assert.equal(code, 0, output);
      const read = JSON.parse((await project.outputs()).found ?? "") as Record<string, { contract?: unknown }>;
      for (const stack of Object.keys(outputs)) found.set(stack, read[named(stack)] ?? {});
    });

    for (const stack of ["reference", "elsewhere", "nested-1500"]) {
      it(`${stack}: would end the whole update if the SDK read it`, async () => {
        assert.notEqual((await readers("invoke", [stack])).code, 0);
      });
    }

    it("turn a resource reference into the resource's id", () => {
      assert.equal(found.get("reference")?.contract, "z");
      assert.deepEqual(found.get("elsewhere"), { contract: { version: 1 } });
    });

    it("are an error if a requested output nests too deeply; other outputs are ignored", () => {
      for (const depth of depths) {
        assert.match(found.get(`nested-${depth}`)?.error ?? "", /^its outputs nest deeper than 32 levels/);
      }
      assert.deepEqual(found.get("nested-elsewhere"), { contract: { version: 1 } });
    });

    it("are an error if too large", () => {
      assert.match(found.get("big")?.error ?? "", /^its outputs have \d+ bytes; the limit is 4194304/);
    });

    it("arrive as plain data, or as an error, if Pulumi marks them", () => {
      assert.equal(found.get("unknown")?.contract, "04da6b54-80e4-46f7-96ec-b56ff0331ba9");
      assert.equal(JSON.stringify(found.get("asset")).includes("/etc/passwd"), true);
      assert.match(found.get("mark")?.error ?? "", /unrecognized signature/);
      assert.match(found.get("secret")?.error ?? "", /decrypt/);
      assert.deepEqual(Object.keys(found.get("keys")?.contract ?? {}).toSorted(), ["hasOwnProperty", "then"]);
    });
  });

  it("would end the whole update if read by a StackReference, so none is used", async () => {
    await pulumi("config", "set", "by", "reference");
    const { code, output } = await project.run("up", "--yes", "--skip-preview");
    assert.notEqual(code, 0);
    assert.match(output, /unknown stack/);
  });
});
