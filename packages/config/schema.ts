import { stackName } from "@metrics-link/contract";
import { z } from "zod";
import { account } from "./account.ts";
import { exchange } from "./exchange.ts";
import { fleet } from "./fleet.ts";
import { gate } from "./gate.ts";
import { host, tools } from "./host.ts";
import { metricsServices } from "./metrics-services.ts";
import { network } from "./network.ts";
import { nodeExporter } from "./node-exporter.ts";
import { peer, senders } from "./peers.ts";
import { pki } from "./pki.ts";
import { policy } from "./policy.ts";
import { receiverPrometheus, senderPrometheus } from "./prometheus.ts";
import { queryServices } from "./query-services.ts";
import { key } from "./values.ts";

const role = <Role extends "sender" | "receiver">(value: Role) =>
  key(z.literal(value), {
    description: "Which end of a link this stack is.",
    range: "`sender` or `receiver`",
    example: value,
    affects: "which keys there are",
  });

/** The stack that keeps the addresses and shows the contract (docs/decisions/0720). */
const ownExchange = key(stackName.optional(), {
  description:
    "This account's own exchange stack, which has the Elastic IPs and shows the contract. Without it this stack has both.",
  range: "`organization/project/stack`",
  example: "organization/metrics-link/account-a",
  affects: "moving the addresses there is in [deploy.md](deploy.md#moving-the-addresses-into-an-exchange-stack)",
});

const common = {
  account,
  exchange: ownExchange,
  network,
  host,
  metricsServices,
  nodeExporter,
  pki,
  queryServices,
  tools,
  policy,
};

const sender = z.strictObject({
  role: role("sender"),
  ...common,
  prometheus: senderPrometheus,
  /** The receiver. */
  peer,
});

const receiver = z.strictObject({
  role: role("receiver"),
  ...common,
  prometheus: receiverPrometheus,
  gate,
  fleet,
  senders,
});

export type SenderConfiguration = z.output<typeof sender>;
export type ReceiverConfiguration = z.output<typeof receiver>;
export type Configuration = SenderConfiguration | ReceiverConfiguration;

/**
 * The keys of each role, each with what it may be by itself. What keys demand of each other is in `rules`. For those who
 * describe the configuration; a stack's own is read by `parseConfiguration` or `parseExchange`.
 */
export const configurationSchemas = { sender, receiver, exchange } as const;
