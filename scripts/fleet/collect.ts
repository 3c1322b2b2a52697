import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ReceiverConfiguration } from "@metrics-link/config";
import { LinkError, messageOf, readContractFile, UsageError } from "@metrics-link/contract";
import {
  type AskPrometheus,
  type Deployed,
  deployedIn,
  type Handshake,
  listed,
  notAsked,
  nothingAsked,
  type Overview,
  seenBy,
  type Told,
  withHandshakes,
} from "@metrics-link/fleet";
import { managementOf, systemClock } from "@metrics-link/host/converge/index.ts";
import { clientConfiguration } from "../audit/aws.ts";
import { hostEvidence } from "../audit/host.ts";
import { askAt } from "../console/prometheus.ts";
import type { StackContext } from "../stack/context.ts";
import { prometheusOnHost } from "./on-host.ts";

/** Whom to ask besides the files. */
export interface Asked {
  /** The outputs of the receiver's last update. */
  readonly outputs: boolean;
  /** The receiver's Prometheus, by its address. */
  readonly url: URL | undefined;
  /** The receiver's host, by Systems Manager: its Prometheus, and the certificates in the log of its Envoy. */
  readonly host: boolean;
}

/** @throws InvalidInputError when the files of the senders or the stack's cannot be used; UsageError of a stack without senders */
export async function overviewOf(context: StackContext, asked: Asked): Promise<Overview> {
  const configuration = receiverIn(context);
  const senders = listed(configuration, `stacks/Pulumi.${context.stack}.yaml`, (path) =>
    readingOf(context.file.root, path),
  );
  const outputs: Told<Readonly<Record<string, unknown>>> =
    asked.outputs || asked.host ? await told(() => context.pulumi.outputs(context.stack)) : notAsked;
  const instance = asked.host ? instanceOf(outputs) : notAsked;
  const ask = asked.url === undefined ? byHost(context, configuration, instance) : byUrl(asked.url);
  const seen =
    ask === undefined ? new Map(senders.map(({ name }) => [name, nothingAsked])) : await seenBy(ask, senders);
  return {
    stack: context.stack,
    now: Date.now(),
    senders,
    network: configuration.network,
    deployed: asked.outputs ? deployedOf(outputs) : notAsked,
    seen: asked.host ? withHandshakes(seen, await handshakesOf(context, configuration, instance)) : seen,
  };
}

/** @throws UsageError */
function receiverIn({ file, stack }: StackContext): ReceiverConfiguration {
  const configuration = file.read();
  if (configuration.role === "receiver") return configuration;
  throw new UsageError(`--stack is ${stack}: a receiver is expected, and this is a sender`);
}

/** As an update reads it. */
function readingOf(root: string, path: string) {
  try {
    return { contract: readContractFile(path, readFileSync(join(root, path), "utf8")).contract };
  } catch (error) {
    return { error: messageOf(error) };
  }
}

async function told<Value>(look: () => Promise<Value>): Promise<Told<Value>> {
  try {
    return { value: await look() };
  } catch (error) {
    return { none: `not known: ${messageOf(error).replaceAll(/\s+/g, " ")}` };
  }
}

function deployedOf(outputs: Told<Readonly<Record<string, unknown>>>): Told<Deployed> {
  if ("none" in outputs) return outputs;
  const value = deployedIn(outputs.value);
  return value === undefined ? { none: "not known: the stack has no outputs of a receiver yet" } : { value };
}

function instanceOf(outputs: Told<Readonly<Record<string, unknown>>>): Told<string> {
  if ("none" in outputs) return outputs;
  const { instanceId } = outputs.value;
  return typeof instanceId === "string" ? { value: instanceId } : { none: "not known: the stack has no host yet" };
}

const byUrl = (url: URL): AskPrometheus => {
  const ask = askAt(url);
  return (query) => ask("query", { query });
};

/** Undefined where nobody asked for the host. */
function byHost(
  { environment }: StackContext,
  configuration: ReceiverConfiguration,
  instance: Told<string>,
): AskPrometheus | undefined {
  if ("none" in instance) {
    if (instance === notAsked) return undefined;
    return () => Promise.reject(new LinkError("API_ERROR", { what: instance.none.replace(/^not known: /, "") }));
  }
  const management = managementOf("metrics-link: fleet, reads only", clientConfiguration(configuration, environment));
  return prometheusOnHost(management, instance.value, systemClock);
}

async function handshakesOf(
  { environment }: StackContext,
  configuration: ReceiverConfiguration,
  instance: Told<string>,
): Promise<Told<readonly Handshake[]>> {
  if ("none" in instance) return instance;
  return await told(async () => {
    const { handshakes } = await hostEvidence(clientConfiguration(configuration, environment), instance.value);
    if ("error" in handshakes) throw new LinkError("API_ERROR", { what: handshakes.error });
    return handshakes.value.accepted.flatMap((line): Handshake[] => {
      const [at, leafNotAfter] = [line.start, line.peer_not_after].map((time) => Date.parse(String(time)) / 1000);
      const isWhole = Number.isFinite(at) && Number.isFinite(leafNotAfter);
      return isWhole ? [{ chain: String(line.filter_chain), at: at ?? 0, leafNotAfter: leafNotAfter ?? 0 }] : [];
    });
  });
}
