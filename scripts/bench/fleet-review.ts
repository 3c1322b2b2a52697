import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { parseJson } from "@metrics-link/contract";
import { compare } from "@metrics-link/review";
import { z } from "zod";
import { deployOne } from "../../test/program/policy/support/deployed.ts";
import { verdicts } from "../../test/program/policy/support/verdicts.ts";
import { cpuSeconds, fleetInput, measuredBy, outputsOf, quotas, sendersSection, stackOf } from "./fleet-input.ts";
import type { Leaf, Member } from "./fleet-members.ts";

const costOf = z.object({ packSeconds: z.number(), reviewSeconds: z.number() });
/** CPU seconds: of the whole policy pack, and of a review with all that it does for each resource. */
export type ReviewCost = z.output<typeof costOf>;

/**
 * Reviews a receiver with these senders in a process of its own: its program with Pulumi's mocks, each request recorded; all policies on
 * what the engine would show them; and each request compared with that of the reviewed program. A review of a changed program runs the
 * reviewed one as well, which takes as long as the preview.
 */
export const reviewWith = (senders: readonly Member[], leaf: Leaf): ReviewCost =>
  measuredBy(fileURLToPath(import.meta.url), "review", costOf, senders, leaf);

async function run(senders: readonly Member[]): Promise<ReviewCost> {
  const deployed = await deployOne("receiver", {
    change: { receiver: { "metrics-link:network": quotas, "metrics-link:senders": sendersSection(senders) } },
    stacks: Object.fromEntries(senders.map((sender) => [stackOf(sender), outputsOf(sender)])),
  });
  const before = process.cpuUsage();
  verdicts(deployed);
  const packSeconds = cpuSeconds(before);
  const { asked } = deployed;
  const program = { files: new Map(), asked };
  compare({
    stack: "receiver",
    base: "0".repeat(40),
    before: program,
    after: { files: new Map(), asked: structuredClone(asked) },
    configuration: { before: new Map(), after: new Map() },
    accepted: [],
  });
  return { packSeconds, reviewSeconds: cpuSeconds() };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { senders } = parseJson(fleetInput, await text(process.stdin), "the fleet");
  console.log(JSON.stringify(await run(senders)));
}
