import { z } from "zod";
import { account } from "./account.ts";
import { host, tools } from "./host.ts";
import { network } from "./network.ts";
import { peer, senders } from "./peers.ts";
import { pki } from "./pki.ts";
import { policy } from "./policy.ts";
import { receiverPrometheus, senderPrometheus } from "./prometheus.ts";
import { key } from "./values.ts";

const role = <Role extends "sender" | "receiver">(value: Role) =>
  key(z.literal(value), {
    description: "Which end of a link this stack is.",
    range: "`sender` or `receiver`",
    example: value,
    affects: "which keys there are",
  });

const common = { account, network, host, pki, tools, policy };

const sender = z.strictObject({
  role: role("sender"),
  ...common,
  prometheus: senderPrometheus,
  /** The receiver. */
  peer,
});

const receiver = z.strictObject({ role: role("receiver"), ...common, prometheus: receiverPrometheus, senders });

export type SenderConfiguration = z.output<typeof sender>;
export type ReceiverConfiguration = z.output<typeof receiver>;
export type Configuration = SenderConfiguration | ReceiverConfiguration;

/**
 * The keys of each role, each with what it may be by itself. What keys demand of each other is in `rules`. For those who
 * describe the configuration; a stack's own is read by `parseConfiguration`.
 */
export const configurationSchemas = { sender, receiver } as const;
