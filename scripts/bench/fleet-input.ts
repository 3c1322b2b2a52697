/** A fleet, as a process of its own measures it: how it gets there, and what a receiver's stack is told of it. */
import { spawnSync } from "node:child_process";
import { LinkError, parseJson } from "@metrics-link/contract";
import { z } from "zod";
import type { Leaf, Member } from "./fleet-members.ts";

/** What such a process reads. */
export const fleetInput = z.object({
  senders: z.array(
    z.object({ name: z.string(), dnsName: z.string(), address: z.string(), root: z.string(), fingerprint: z.string() }),
  ),
  leaf: z.object({ key: z.string(), certificate: z.string() }),
});

/** Runs a file with a fleet in a process of its own. @param what is measured, for a message @returns what its last line says */
export function measuredBy<Schema extends z.ZodType>(
  file: string,
  what: string,
  schema: Schema,
  senders: readonly Member[],
  leaf: Leaf,
): z.output<Schema> {
  const { stdout, status } = spawnSync(process.execPath, [file], {
    input: JSON.stringify({ senders, leaf }),
    encoding: "utf8",
    maxBuffer: 1e8,
    stdio: ["pipe", "pipe", "inherit"],
    // Pulumi runs a program without options of whoever calls it.
    env: { ...process.env, NODE_OPTIONS: "" },
  });
  if (status !== 0) throw new LinkError("COMMAND_FAILED", { what: `the ${what} of ${senders.length} senders failed` });
  return parseJson(schema, stdout.trim().split("\n").at(-1) ?? "", `what the ${what} costs`);
}

/** CPU seconds of this process, since its start or since an earlier `process.cpuUsage()`. */
export function cpuSeconds(since?: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1e6;
}

export const stackOf = ({ name }: Member): string => `organization/metrics-link/${name}`;

/** The section `senders` of a receiver's configuration. */
export const sendersSection = (senders: readonly Member[]) =>
  senders.map((sender) => ({
    name: sender.name,
    stack: stackOf(sender),
    rootFingerprints: [sender.fingerprint],
    addresses: [sender.address],
  }));
/** Of its section `network`: room for a thousand. */
export const quotas = { securityGroupQuotas: { rules: 200 } };

/** The outputs of a sender's stack. */
export const outputsOf = ({ root, dnsName, address }: Member) => ({
  contract: {
    version: 1,
    role: "sender",
    accountId: "111111111111",
    rootBundle: root,
    dnsName,
    egressAddresses: [address],
  },
});
