/** Elastic IPs go from the stack with the host to its exchange, by Pulumi's real engine: nobody sees another address. */
import assert from "node:assert/strict";
import { cpSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { z } from "zod";
import { type Engine, startEngine } from "../support/engine.ts";

const account = "111111111111";
const exported = z.object({
  deployment: z.object({
    resources: z.array(z.object({ urn: z.string(), type: z.string(), id: z.string().optional() })),
  }),
});

describe("moving Elastic IPs into an exchange stack", function () {
  this.timeout(600_000);
  let engine: Engine;
  let program: string;

  before(async () => {
    engine = await startEngine(account);
    program = join(engine.directory, "program");
    cpSync(join(import.meta.dirname, "moving-program"), program, { recursive: true });
    symlinkSync(resolve(import.meta.dirname, "../../../node_modules"), join(program, "node_modules"));
    for (const stack of ["host", "exchange"]) await engine.succeed(program, ["stack", "init", stack]);
  });
  after(() => engine?.stop());

  const addressesIn = async (stack: string) => {
    const text = await engine.succeed(program, ["stack", "export", "-s", stack]);
    const { resources } = exported.parse(JSON.parse(text)).deployment;
    return resources.filter(({ type }) => type === "aws:ec2/eip:Eip");
  };

  /** Resources by what an update does to them, but for the provider. */
  const stepsOf = async (words: readonly string[], environment = {}) => {
    const preview = z.object({ steps: z.array(z.object({ op: z.string(), urn: z.string() })) });
    const { steps } = preview.parse(
      JSON.parse((await engine.succeed(program, [...words, "--json"], environment)).replace(/^warning.*$/gm, "")),
    );
    return steps.filter(({ op, urn }) => op !== "same" && !/::pulumi:/.test(urn)).map(({ op, urn }) => `${op} ${urn}`);
  };

  /** That AWS still has these addresses. */
  const requireAllocated = async (
    resources: readonly { readonly type: string; readonly id?: string | undefined }[],
  ) => {
    for (const { type, id = "" } of resources) {
      assert.ok(await engine.cloud.read({ account, region: "eu-west-1", type, id }), id);
    }
  };

  it("keeps each address, and replaces nothing", async () => {
    await engine.succeed(program, ["up", "--yes", "--skip-preview", "-s", "host"]);
    const before = await addressesIn("host");
    assert.equal(before.length, 2);

    const urns = before.map(({ urn }) => urn);
    await engine.succeed(program, ["state", "move", "--source", "host", "--dest", "exchange", "--yes", ...urns]);
    for (const [index, letter] of ["a", "b"].entries()) {
      const urn = `urn:pulumi:exchange::moving-program::aws:ec2/eip:Eip::receiver-address-${letter}`;
      const name = `receiver-address-${index + 1}`;
      await engine.succeed(program, ["state", "rename", urn, name, "-s", "exchange", "--yes"]);
    }
    const ofExchange = (await stepsOf(["preview", "-s", "exchange"])).map((step) => step.split(" ")[0]);
    assert.deepEqual(ofExchange, ["update", "update"], "their tags alone");
    await engine.succeed(program, ["up", "--yes", "--skip-preview", "-s", "exchange"]);
    const ids = (resources: readonly { readonly id?: string | undefined }[]) =>
      resources.map(({ id }) => id).toSorted();
    assert.deepEqual(ids(await addressesIn("exchange")), ids(before));

    const KEPT = await engine.succeed(program, ["stack", "output", "addresses", "--json", "-s", "exchange"]);
    assert.deepEqual(await stepsOf(["preview", "-s", "host"], { KEPT }), []);
    await engine.succeed(program, ["up", "--yes", "--skip-preview", "-s", "host"], { KEPT });
    await requireAllocated(before);
  });

  it("leaves them when the host's stack is destroyed", async () => {
    // It stops at the load balancer, which has deletion protection; by then it would have come to the addresses.
    const { output } = await engine.run(program, ["destroy", "--yes", "--skip-preview", "-s", "host"]);
    assert.doesNotMatch(output, /eip:Eip/);
    const left = await addressesIn("exchange");
    assert.equal(left.length, 2);
    await requireAllocated(left);
  });
});
