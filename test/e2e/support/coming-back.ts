/** How a side is taken down and comes back, as docs/deploy.md says. */
import assert from "node:assert/strict";
import { signAnother } from "@metrics-link/sandbox/cli/ceremony.ts";
import { exchangeOf, type Role } from "@metrics-link/sandbox/cli/stack-files.ts";
import { takeSnapshots } from "@metrics-link/sandbox/testing/snapshots.ts";
import { accounts, administratorArn, deployerSession, region } from "@metrics-link/sandbox/world/accounts.ts";
import { z } from "zod";
import { ChangedConfiguration } from "./configuration.ts";
import { scrapesAgain, stored } from "./machines.ts";
import { beforehand, caughtUp, nothingMissing, upForAWhile } from "./samples.ts";
import { pulumi, sandbox } from "./sandbox.ts";

export const now = () => Date.now() / 1000;
export const volumeType = "aws:ebs/volume:Volume";

const resource = z.object({
  urn: z.string(),
  type: z.string(),
  id: z.string().optional(),
  inputs: z.record(z.string(), z.unknown()).default({}),
});
const exported = z.object({ deployment: z.object({ resources: z.array(resource).default([]) }) });

/** The resources of a type in a stack's state, by their names. */
export async function resourcesOf(stack: string, type: string) {
  const { stdout } = await pulumi().must(["stack", "export", "-s", stack]);
  return exported
    .parse(JSON.parse(stdout))
    .deployment.resources.filter((one) => one.type === type)
    .map((one) => ({ ...one, id: one.id ?? assert.fail(`${one.urn} has no id`) }))
    .toSorted((one, other) => one.urn.localeCompare(other.urn));
}

export async function resourceOf(stack: string, type: string) {
  const [found] = await resourcesOf(stack, type);
  return found ?? assert.fail(`${stack} has no ${type}`);
}

/** The ids of what outlives the stacks of a side. */
export const keptBy = async (role: Role) => ({
  addresses: (await resourcesOf(exchangeOf(role), "aws:ec2/eip:Eip")).map(({ id }) => id),
  volume: (await resourceOf(role, volumeType)).id,
});

export const update = (stack: string) => pulumi().must(["up", "-s", stack, "--yes", "--skip-preview"]);
export const changesNothing = (stack: string) => pulumi().must(["preview", "-s", stack, "--expect-no-changes"]);
export const removeKey = (stack: string, path: string) =>
  pulumi().must(["config", "rm", "-s", stack, "--path", `metrics-link:${path}`]);
const contractOf = async (stack: string) =>
  (await pulumi().must(["stack", "output", "contract", "--json", "-s", stack])).stdout;

/** Makes a resource gone from AWS, whatever the state says. No deployer may delete what a stack keeps. */
export const lose = (role: Role, type: string, id: string) =>
  sandbox.world.cloud("delete", { account: accounts[role], region, caller: administratorArn(role), type, id });

/** Switches the protections off that keep a resource from being deleted at AWS. */
async function lift(role: Role, type: string, changed: Readonly<Record<string, unknown>>): Promise<void> {
  for (const { id, inputs } of await resourcesOf(role, type)) {
    const all = z.record(z.string(), z.unknown()).parse(JSON.parse(JSON.stringify(inputs, withoutDefaults)));
    const { region: _region, tagsAll: tags, ...known } = all;
    await sandbox.world.cloud("update", {
      account: accounts[role],
      region,
      caller: deployerSession(accounts[role]),
      type,
      id,
      inputs: { ...known, tags, ...changed },
    });
  }
}

/** Pulumi notes in each object which values are the provider's defaults. */
const withoutDefaults = (key: string, value: unknown) => (key === "__defaults" ? undefined : value);

/** Takes stacks of a side down, the one with the host first. @returns when the host was still there and up to date */
export async function destroy(role: Role, ...stacks: readonly string[]): Promise<number> {
  const last = await caughtUp(now());
  const association = "aws:route53/resolverFirewallRuleGroupAssociation:ResolverFirewallRuleGroupAssociation";
  await lift(role, association, { mutationProtection: "DISABLED" });
  await lift(role, "aws:lb/loadBalancer:LoadBalancer", { enableDeletionProtection: false });
  for (const stack of stacks) {
    await pulumi().must(["state", "unprotect", "--all", "--yes", "-s", stack]);
    await pulumi().must(["destroy", "-s", stack, "--yes", "--skip-preview"]);
  }
  return last;
}

/** The key of the intermediate went with the state: the same root signs another one. */
export async function comeBack(role: Role): Promise<void> {
  const { generations = {} } = sandbox.files.section<{ generations?: { intermediate?: number } }>(role, "pki");
  const next = Number(generations.intermediate ?? 1) + 1;
  await new ChangedConfiguration(role).set("pki.generations.intermediate", `${next}`);
  await update(role);
  await signAnother(sandbox, role);
  await update(role);
  await scrapesAgain(role, now());
}

/**
 * Destroys both stacks of a side, brings them up again with the addresses and the data volume that they left, and compares raw
 * samples: those of before with what its Prometheus now has, and those of the whole time at both ends. The peer does nothing.
 */
export async function destroyedAndBack(role: Role): Promise<void> {
  const exchange = exchangeOf(role);
  const [configuration, ofExchange] = [new ChangedConfiguration(role), new ChangedConfiguration(exchange)];
  await upForAWhile();
  const [before, { addresses, volume }] = [await contractOf(role), await keptBy(role)];
  const from = beforehand();
  // What a sender has sent last is still on its way into the receiver's storage.
  const end = (await caughtUp(now())) - 10;
  const samples = await stored(role, end);
  await destroy(role, role, exchange);
  for (const [index, one] of addresses.entries()) await ofExchange.set(`shows.addressAllocations[${index}]`, one);
  await configuration.set("host.dataVolumeId", volume);
  await update(exchange);
  await comeBack(role);
  assert.deepEqual(await keptBy(role), { addresses, volume });
  assert.equal(await contractOf(role), before);
  assert.ok(samples.length > 100, `${samples.length} series`);
  assert.deepEqual(await stored(role, end), samples);
  await caughtUp(now());
  await nothingMissing(from, 1000);
}

/** @returns the snapshot of a side's data volume, made now */
export const snapshotOf = async (role: Role, volume: string) =>
  (await takeSnapshots(sandbox, accounts[role])).get(volume) ?? assert.fail("no snapshot was taken");
