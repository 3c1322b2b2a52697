/** What the command line and the world say to each other over the world's socket. */
import { z } from "zod";
import type { HostState, PowerAction } from "../realiser/index.ts";

export interface HostStatus {
  /** The Name tag of an instance, or the name of an internet host. */
  readonly name: string;
  readonly kind: "instance" | "internet";
  readonly state: HostState;
  readonly address: string;
  readonly publicAddress?: string;
  readonly instanceId?: string;
  readonly account?: string;
  /** Whether Systems Manager can send the instance commands. */
  readonly managed?: boolean;
}

export interface WorldStatus {
  readonly pid: number;
  readonly startedAt: string;
  /** Where the deployer's tools find AWS. */
  readonly front: string;
  readonly moto: { readonly endpoint: string; readonly pid: number };
  /** The loopback port of the third party's Alertmanager; null while it does not run. */
  readonly alertmanager: { readonly port: number | null; readonly pid: number | null };
  readonly accounts: Readonly<Record<string, string>>;
  readonly hosts: readonly HostStatus[];
  /** `ADDRESS:PORT` of each listener of each internet-facing load balancer. */
  readonly endpoints: readonly string[];
  /** Health of load balancer targets, as the realiser sees it. */
  readonly targets: readonly unknown[];
  /** Sockets that the services hold inside the sandbox's networks. */
  readonly listeners: number;
}

const execOptions = {
  stdin: z.string().exactOptional(),
  environment: z.record(z.string(), z.string()).exactOptional(),
  timeoutMs: z.number().exactOptional(),
};
export const execRequest = z.object({ argv: z.array(z.string()), ...execOptions });
export type ExecOptions = Readonly<Omit<z.output<typeof execRequest>, "argv">>;

/** A machine in no stack, beside a host or in a subnet. */
export const neighbourRequest = z.union([
  z.strictObject({ name: z.string(), host: z.string() }),
  z.strictObject({ name: z.string(), subnetId: z.string() }),
]);

export interface ExecAnswer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export const powerActions: readonly PowerAction[] = ["on", "off", "kill", "reboot"];

/** The world's word on its way up, over the channel to the process that started it. */
export type StartMessage = { readonly progress: string } | { readonly ready: true } | { readonly failed: string };
