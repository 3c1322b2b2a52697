import assert from "node:assert/strict";
import { join } from "node:path";
import { addressesIn, readContract } from "@metrics-link/contract";
import { exchangeOf, peerOf, type Role, roles, wholeName } from "@metrics-link/sandbox/cli/stack-files.ts";
import { z } from "zod";
import { ChangedConfiguration } from "../support/configuration.ts";
import { beforehand, caughtUp, nothingMissing, upForAWhile } from "../support/samples.ts";
import { pulumi, sandbox } from "../support/sandbox.ts";
import { needs, world } from "../support/world.ts";

const resource = z.looseObject({ urn: z.string(), type: z.string(), id: z.string().optional() });
const exported = z.looseObject({ deployment: z.looseObject({ resources: z.array(resource).default([]) }) });

async function stateOf(stack: string) {
  const { stdout } = await pulumi().must(["stack", "export", "-s", stack]);
  return exported.parse(JSON.parse(stdout));
}

/** The Elastic IPs in a stack's state. */
async function elasticIps(stack: string) {
  const { resources } = (await stateOf(stack)).deployment;
  return resources.filter(({ type }) => type === "aws:ec2/eip:Eip");
}

/** What a preview would do to resources of AWS: each operation with the type. */
async function stepsOf(stack: string): Promise<string[]> {
  const { stdout } = await pulumi().must(["preview", "-s", stack, "--json"]);
  const { steps } = z
    .object({ steps: z.array(z.object({ op: z.string(), urn: z.string() })) })
    .parse(JSON.parse(stdout));
  const changed = steps.filter(({ op, urn }) => op !== "same" && /::aws:|\$aws:/.test(urn));
  return changed.map(({ op, urn }) => `${op} ${urn.split("::").at(-1)}`);
}

const contractOf = async (stack: string) => {
  const found = readContract(stack, await pulumi().output(stack, "contract", z.unknown()));
  return found ?? assert.fail(`${stack} has no contract`);
};

/** What a receiver calls its addresses when they are its own, and in its exchange. */
const addressesOf = [
  ["receiver-address-a", "receiver-address-1"],
  ["receiver-address-b", "receiver-address-2"],
] as const;

async function rename(stack: string, from: string, to: string): Promise<void> {
  const urn = `urn:pulumi:${stack}::metrics-link::aws:ec2/eip:Eip::${from}`;
  await pulumi().must(["state", "rename", urn, to, "-s", stack, "--yes"]);
}

/**
 * Puts the addresses of a side into its host stack, as if there had never been an exchange; then there is an empty one.
 * `pulumi state move` does not: both stacks have a provider of the same name.
 */
async function withoutExchange(role: Role): Promise<void> {
  const exchange = exchangeOf(role);
  const [state, moved] = [await stateOf(role), await elasticIps(exchange)];
  const { resources } = state.deployment;
  const find = (type: RegExp) => resources.find((one) => type.test(one.type)) ?? assert.fail(`no ${type}`);
  const [provider, parent] = [find(/^pulumi:providers:aws$/), find(/:(PinnedEgress|FencedIngress)$/)];
  const own = moved.map((one) => {
    const shown = one.urn.split("::").at(-1) ?? "";
    const name = addressesOf.find(([, inExchange]) => inExchange === shown)?.[0] ?? shown;
    const urn = parent.urn.replace(/::[^:]*$/, `$aws:ec2/eip:Eip::${name}`);
    return { ...one, urn, parent: parent.urn, provider: `${provider.urn}::${provider.id}` };
  });
  resources.splice(resources.indexOf(parent) + 1, 0, ...own);
  await pulumi().import(role, JSON.stringify(state));
  await pulumi().must(["config", "rm", "metrics-link:exchange", "-s", role]);
  await pulumi().up(role);
  await pulumi().must(["stack", "rm", "--yes", "--force", "--preserve-config", "-s", exchange]);
  await pulumi().init(exchange, "passphrase");
}

describe("a link that is up, moved into exchange stacks as docs/deploy.md says", function () {
  needs(world.link);
  this.timeout(1_200_000);
  let from = 0;

  before(async () => {
    await upForAWhile();
    from = beforehand();
    for (const role of roles) await withoutExchange(role);
  });

  for (const role of roles) {
    it(`refuses an exchange of the ${role} whose addresses were not moved, and makes none`, async () => {
      const { code, stdout, stderr } = await pulumi().run(["preview", "-s", exchangeOf(role)]);
      assert.notEqual(code, 0);
      assert.match(`${stdout}${stderr}`, /EXCHANGE_ADDRESSES_NOT_MOVED/);
    });

    it(`keeps the ${role}'s addresses and replaces nothing`, async () => {
      const exchange = exchangeOf(role);
      const [before, contract] = [await elasticIps(role), await contractOf(role)];
      const { stdout } = await pulumi().must(["stack", "--show-urns", "-s", role]);
      const listed = stdout.split("\n").filter((line) => /eip:Eip/.test(line));
      const urns = listed.flatMap((line) => /URN: (\S+)/.exec(line)?.[1] ?? []);
      assert.deepEqual(urns.toSorted(), before.map(({ urn }) => urn).toSorted());
      await pulumi().must(["state", "move", "--source", role, "--dest", exchange, "--yes", ...urns]);
      if (role === "receiver") for (const [own, moved] of addressesOf) await rename(exchange, own, moved);
      assert.deepEqual(
        (await stepsOf(exchange)).map((step) => step.split(" ")[0]),
        before.map(() => "update"),
      );
      await pulumi().up(exchange);
      assert.deepEqual(
        (await elasticIps(exchange)).map(({ id }) => id).toSorted(),
        before.map(({ id }) => id).toSorted(),
      );

      await new ChangedConfiguration(role).set("exchange", wholeName(exchange));
      // While the peer's exchange is empty this side holds it, which its release says.
      assert.deepEqual(
        (await stepsOf(role)).filter((step) => !/-(release|current)$/.test(step)),
        [],
      );
      await pulumi().up(role);
      assert.deepEqual(await elasticIps(role), []);
      assert.deepEqual(addressesIn(await contractOf(role)).toSorted(), addressesIn(contract).toSorted());
      await pulumi().up(exchange);
      assert.deepEqual(await contractOf(exchange), await contractOf(role));
    });
  }

  it("goes on when each side reads the other's exchange again", async () => {
    for (const role of roles) {
      await pulumi().up(role);
      await pulumi().up(exchangeOf(role));
      assert.deepEqual(await pulumi().output(role, "setAside", z.array(z.unknown())), []);
    }
    for (const role of roles) {
      const { trusts } = await contractOf(exchangeOf(role));
      assert.deepEqual(
        trusts.map(({ stack }) => stack),
        [wholeName(exchangeOf(peerOf[role]))],
      );
    }
    await caughtUp();
  });

  it("changes nothing in another update, and passes the policies in each stack", async () => {
    for (const stack of roles.flatMap((role) => [role, exchangeOf(role)])) {
      assert.deepEqual(await stepsOf(stack), [], stack);
      const pack = join(sandbox.repository, "packages/policy");
      await pulumi().must(["preview", "-s", stack, "--policy-pack", pack]);
    }
  });

  it("loses no sample on the way", async () => {
    await nothingMissing(from, 10 * 500);
  });
});
