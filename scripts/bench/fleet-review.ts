import { spawnSync } from "node:child_process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { LinkError, parseJson } from "@metrics-link/contract";
import { compare } from "@metrics-link/review";
import { z } from "zod";
import { deployOne } from "../../test/program/policy/support/deployed.ts";
import { verdicts } from "../../test/program/policy/support/verdicts.ts";
import { fleetInput } from "./fleet-input.ts";
import type { Leaf, Member } from "./fleet-members.ts";

const costOf = z.object({ packSeconds: z.number(), reviewSeconds: z.number() });
/** CPU seconds: of the whole policy pack, and of a review with all that it does for each resource. */
export type ReviewCost = z.output<typeof costOf>;

/**
 * Reviews a receiver with these senders in a process of its own: its program with Pulumi's mocks, each request recorded; all policies on
 * what the engine would show them; and each request compared with that of the reviewed program. A review of a changed program runs the
 * reviewed one as well, which takes as long as the preview.
 */
export function reviewWith(senders: readonly Member[], leaf: Leaf): ReviewCost {
  const { stdout, status } = spawnSync(process.execPath, [fileURLToPath(import.meta.url)], {
    input: JSON.stringify({ senders, leaf }),
    encoding: "utf8",
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, NODE_OPTIONS: "" },
  });
  if (status !== 0) throw new LinkError("COMMAND_FAILED", { what: `the review of ${senders.length} senders failed` });
  return parseJson(costOf, stdout.trim().split("\n").at(-1) ?? "", "what the review costs");
}

async function run(senders: readonly Member[]): Promise<ReviewCost> {
  const stackOf = (name: string) => `organization/metrics-link/${name}`;
  const deployed = await deployOne("receiver", {
    change: {
      receiver: {
        "metrics-link:network": { securityGroupQuotas: { rules: 200 } },
        "metrics-link:senders": senders.map(({ name, address, fingerprint }) => ({
          name,
          stack: stackOf(name),
          rootFingerprints: [fingerprint],
          addresses: [address],
        })),
      },
    },
    stacks: Object.fromEntries(
      senders.map(({ name, root, dnsName, address }) => [
        stackOf(name),
        {
          contract: {
            version: 1,
            role: "sender",
            accountId: "111111111111",
            rootBundle: root,
            dnsName,
            egressAddresses: [address],
          },
        },
      ]),
    ),
  });
  const before = process.cpuUsage();
  verdicts(deployed);
  const pack = secondsSince(before);
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
  return { packSeconds: pack, reviewSeconds: secondsSince() };
}

function secondsSince(before?: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { senders } = parseJson(fleetInput, await text(process.stdin), "the fleet");
  console.log(JSON.stringify(await run(senders)));
}
