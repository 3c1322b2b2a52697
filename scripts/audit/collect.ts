import { execFileSync } from "node:child_process";
import {
  type AuditEvidence,
  type Change,
  type Contract,
  type Declared,
  type EvidencePart,
  type Facts,
  type PeerEvidence,
  type StackEvidence,
  type Surrounding,
  surroundings,
  type Update,
} from "@metrics-link/audit";
import type { Configuration } from "@metrics-link/config";
import {
  contractIn,
  contractOutput,
  LinkError,
  pkiOutput,
  readContract,
  readPkiOutput,
  shortName,
} from "@metrics-link/contract";
import { z } from "zod";
import { type PeerSource, pinsOf } from "../stack/configured-peers.ts";
import type { StackContext } from "../stack/context.ts";
import { repository } from "../stack/context.ts";
import { peerOutputs } from "../stack/peers.ts";
import { type ClientConfiguration, clientConfiguration, observe } from "./aws.ts";
import type { Places } from "./declared-facts.ts";
import { deviationsIn } from "./deviations.ts";
import { hostEvidence } from "./host.ts";
import { dnsNow } from "./observed-dns.ts";
import { balancersNow, routesNow } from "./observed-facts.ts";
import { bucketsNow, keysNow, rolesNow } from "./observed-rights.ts";
import { snapshotsNow } from "./observed-snapshots.ts";
import { part } from "./part.ts";
import { declaredBy } from "./state.ts";

export interface CollectOptions {
  /** Whether to preview each stack, which reads all of its resources from AWS and takes seconds. */
  readonly preview: boolean;
}

/** Reads the evidence of an audit. What cannot be read is replaced by the reason. */
export async function collect(contexts: readonly StackContext[], options: CollectOptions): Promise<AuditEvidence> {
  const stacks = await Promise.all(contexts.map((context) => collectStack(context, options)));
  return { takenAt: new Date().toISOString(), source: sourceControl(), stacks };
}

async function collectStack(context: StackContext, { preview }: CollectOptions): Promise<StackEvidence> {
  const { stack, file } = context;
  const configuration = file.read();
  const clients = clientConfiguration(configuration, context.environment);
  const outputs = part(() => context.pulumi.outputs(stack));
  const { exchange } = configuration;
  const shown = exchange === undefined ? undefined : part(() => context.pulumi.outputs(exchange));
  const changes = preview ? part(() => changesOf(context, exchange)) : { error: "it was not previewed (--no-preview)" };
  const declared = await part(async () => withAddresses(await exportOf(context), exchange, await shown));
  const ask = <Value>(read: (found: Extract<typeof declared, { value: unknown }>["value"]) => Promise<Value>) =>
    "error" in declared ? declared : part(() => read(declared.value));
  const asked = surroundings.map(
    async (one) => [one, await ask(({ places }) => around[one](clients, places))] as const,
  );
  const [own, observed, snapshots, host, peers, updates, changed] = await Promise.all([
    outputs,
    ask((found) => observe(clients, found)),
    ask(({ places }) => snapshotsNow(clients, places)),
    ask(({ instanceId }) => hostEvidence(clients, instanceId)),
    Promise.all(peersOf(configuration).map((peer) => peerOf(context, peer))),
    part(() => updatesOf(context)),
    changes,
  ]);
  return {
    stack,
    configuration,
    deviations: deviationsIn(file.text()),
    contract: await of(own, (found) => contractOf(context.stack, found)),
    ...(exchange === undefined || shown === undefined
      ? {}
      : { shown: await of(await shown, (found) => contractOf(exchange, found)) }),
    pki: await of(own, (found) => {
      const pki = readPkiOutput(found[pkiOutput]);
      if (pki === undefined) throw noOutput(pkiOutput);
      return pki;
    }),
    peers,
    declared,
    observed,
    surroundings: Object.fromEntries(await Promise.all(asked)) as StackEvidence["surroundings"],
    snapshots,
    host,
    changes: changed,
    updates,
  };
}

/** Whom to ask for each part of a host's surroundings. Each is a part of its own: one refusal leaves the others known. */
const around: Readonly<Record<Surrounding, (clients: ClientConfiguration, places: Places) => Promise<Facts>>> = {
  role: rolesNow,
  key: keysNow,
  bucket: bucketsNow,
  routes: routesNow,
  dns: dnsNow,
  balancer: balancersNow,
};

function contractOf(stack: string, outputs: Readonly<Record<string, unknown>>): Contract {
  const found = readContract(stack, contractIn(outputs));
  if (found === undefined) throw noOutput(contractOutput);
  return found;
}

const noOutput = (name: string) =>
  new LinkError("STACK_NOT_DEPLOYED", { what: `the stack has no output ${name} yet`, next: "run `pulumi up` first" });

/** A peer with the name under which the stack's release knows it. */
type NamedPeer = Omit<PeerEvidence, "contract"> & { readonly source: PeerSource };

function peersOf(configuration: Configuration): NamedPeer[] {
  const declared =
    configuration.role === "receiver" ? configuration.senders : [{ name: "receiver", ...configuration.peer }];
  return declared.map(({ name, stack, contract, suspended, ...pins }) => ({
    name,
    stack,
    source: { stack, contract },
    pins: pinsOf(pins),
    suspended,
  }));
}

async function peerOf(context: StackContext, { source, ...peer }: NamedPeer): Promise<PeerEvidence> {
  return {
    ...peer,
    contract: await part(async () => contractOf(peer.stack, await peerOutputs(context, source))),
  };
}

async function exportOf({ pulumi, stack }: StackContext) {
  const { stdout } = await pulumi.must(["stack", "export", "-s", stack]);
  return declaredBy(stdout);
}

const kept = z.object({ addresses: z.array(z.object({ allocationId: z.string(), address: z.string() })) });

/** The same with the Elastic IPs of the exchange stack, which belong to this side as well. */
export function withAddresses<Found extends Declared>(
  declared: Found,
  exchange: string | undefined,
  outputs: EvidencePart<Readonly<Record<string, unknown>>> | undefined,
): Found {
  if (exchange === undefined || outputs === undefined) return declared;
  if ("error" in outputs) throw new LinkError("EXCHANGE_NOT_READY", { what: `${exchange}: ${outputs.error}` });
  const addresses = kept.parse(outputs.value).addresses.map((one) => ({ name: exchange, ...one }));
  return { ...declared, addresses: [...declared.addresses, ...addresses] };
}

const preview = z.object({ steps: z.array(z.object({ op: z.string(), urn: z.string() })).default([]) });

/** What an update would change, once Pulumi has asked AWS for every resource. */
async function changesOf({ pulumi, stack }: StackContext, exchange: string | undefined): Promise<Change[]> {
  const stacks = [stack, ...(exchange === undefined ? [] : [shortName(exchange)])];
  return (await Promise.all(stacks.map((one) => changesIn(pulumi, one)))).flat();
}

async function changesIn(pulumi: StackContext["pulumi"], stack: string): Promise<Change[]> {
  const { stdout } = await pulumi.must(["preview", "-s", stack, "--refresh", "--json"]);
  return preview
    .parse(JSON.parse(stdout))
    .steps.filter(({ op }) => !["same", "read", "refresh"].includes(op))
    .map(({ op, urn }) => ({ operation: op, resource: urn.split("::").slice(2).join(" ") }));
}

const history = z.array(
  z.object({ kind: z.string(), result: z.string(), endTime: z.string().default(""), message: z.string().default("") }),
);
const updatesShown = 5;

async function updatesOf({ pulumi, stack }: StackContext): Promise<Update[]> {
  const { stdout } = await pulumi.must(["stack", "history", "-s", stack, "--json", "--page-size", `${updatesShown}`]);
  return history
    .parse(JSON.parse(stdout))
    .map(({ kind, result, endTime, message }) => ({ kind, result, endedAt: endTime, message }));
}

/** The commit that is audited against; undefined outside of a checkout. */
function sourceControl(): AuditEvidence["source"] {
  const git = (...words: string[]) => execFileSync("git", words, { cwd: repository, encoding: "utf8" }).trim();
  try {
    return { commit: git("rev-parse", "HEAD"), changed: git("status", "--porcelain") !== "" };
  } catch {
    return undefined;
  }
}

async function of<Value, Result>(
  evidence: EvidencePart<Value>,
  read: (value: Value) => Result,
): Promise<EvidencePart<Result>> {
  return "error" in evidence ? evidence : await part(() => read(evidence.value));
}
