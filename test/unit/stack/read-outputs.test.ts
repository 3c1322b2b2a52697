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
import { readOutputs } from ${JSON.stringify(join(repository, "stacks/own-outputs.ts"))};
const config = new pulumi.Config();
const read = async (stack) => {
  if (config.get("by") === "reference") {
    const { value } = await new pulumi.StackReference(stack, { name: stack }).getOutputDetails("contract");
    return { contract: value };
  }
  return readOutputs(stack);
};
export default async () => {
  const found = {};
  for (const stack of config.getObject("stacks") ?? []) {
    found[stack] = await read(stack).catch(({ message }) => ({ error: message }));
  }
  return { contract: config.getBoolean("secret") ? pulumi.secret("closed") : "open", found: JSON.stringify(found) };
};
`;

describe("the outputs of other stacks, under the real engine", function () {
  this.timeout(180_000);
  let project: ExampleProject;
  const pulumi = (...words: string[]) => project.succeed(...words);

  before(async () => {
    project = new ExampleProject();
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

  it("are read where they can be; what cannot is an error that the program sees, and the update goes through", async () => {
    await pulumi("up", "--yes", "--skip-preview");
    const { found = "" } = await project.outputs();
    const read = JSON.parse(found) as Record<string, { contract?: string; error?: string }>;
    assert.equal(read[named("good")]?.contract, "open");
    assert.deepEqual(read[named("destroyed")], {});
    for (const stack of ["gone", "never"]) assert.match(read[named(stack)]?.error ?? "", /unknown stack/, stack);
    assert.match(read[named("damaged")]?.error ?? "", /failed to load checkpoint/);
  });

  it("end the whole update when a StackReference asks: which is why none does", async () => {
    await pulumi("config", "set", "by", "reference");
    const { code, output } = await project.run("up", "--yes", "--skip-preview");
    assert.notEqual(code, 0);
    assert.match(output, /unknown stack/);
  });
});
