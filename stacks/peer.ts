import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Configuration } from "@metrics-link/config";
import {
  type AcceptedPeer,
  type ContractFile,
  contractOutput,
  contractVersionsOutput,
  messageOf,
  type PeerOutput,
  type PeerPins,
  readContractFile,
  type SetAside,
  type Standing,
  standingOf,
  versionAdvice,
  wasAccepted,
} from "@metrics-link/contract";
import * as pulumi from "@pulumi/pulumi";
import type { ReadPeer } from "./peer-outputs.ts";
import { repositoryRoot } from "./repository-files.ts";

/** A peer as the configuration has it. `stack` is its name here also if it is read from a file. */
interface ConfiguredPeer {
  readonly name: string;
  readonly stack: string;
  /** The file of the repository that has its contract, instead of its stack. */
  readonly contract?: string | undefined;
  readonly suspended?: string | undefined;
}

/** A configured peer and its standing in this update. */
export type KnownPeer<Role extends "sender" | "receiver"> = Standing<Role> & {
  readonly name: string;
  readonly stack: string;
};

/**
 * Decides a peer's standing before any resource of this stack is registered. A problem with the peer is logged as a
 * warning and affects no other peer.
 * @param before the output `accepted` of this stack's last update
 * @param read reads the outputs of a peer that is a stack
 */
export async function knownPeer<Role extends "sender" | "receiver">(
  role: Role,
  peer: PeerPins & ConfiguredPeer,
  { network }: Pick<Configuration, "network">,
  before: unknown,
  read: ReadPeer,
): Promise<KnownPeer<Role>> {
  const { name, stack, suspended } = peer;
  const reading = suspended === undefined ? await readingOf(peer, read) : undefined;
  const standing = { name, stack, ...standingOf(role, { peer, reading, before, network }) };
  const advice = reading !== undefined && "contract" in reading ? versionAdvice(stack, reading.versions) : undefined;
  const warnings = [...setAside([standing]).map(said), ...(advice === undefined ? [] : [advice])];
  for (const warning of warnings) void pulumi.log.warn(warning, pulumi.runtime.getStackResource());
  return standing;
}

function said({ name, state, words, inForce }: SetAside): string {
  if (state === "suspended") return `${name} is suspended, so its traffic is blocked: ${words}`;
  const effect = inForce
    ? "Values accepted before stay in force if they are still pinned."
    : "None of its roots or addresses is in force.";
  return `${name} is held. ${words}\n${effect} Other peers are not affected.`;
}

/** What the peer says. A file that is not there is a peer that has said nothing yet. */
const readingOf = ({ stack, contract }: ConfiguredPeer, read: ReadPeer) =>
  (contract === undefined ? fromStack(stack, read) : fromFile(contract)).catch((error: unknown) => ({
    error: messageOf(error),
  }));

async function fromStack(stack: string, read: ReadPeer) {
  const outputs = await read(stack, [contractOutput, contractVersionsOutput]);
  return { contract: outputs[contractOutput], versions: outputs[contractVersionsOutput] };
}

async function fromFile(path: string): Promise<ContractFile> {
  const file = join(repositoryRoot, path);
  return existsSync(file)
    ? readContractFile(path, readFileSync(file, "utf8"))
    : { contract: undefined, versions: undefined };
}

/** The peers that this update allows or connects to. */
export const inForce = <Role extends "sender" | "receiver">(peers: readonly KnownPeer<Role>[]) =>
  peers.flatMap(({ name, inForce: accepted }) => (accepted === undefined ? [] : [{ name, ...accepted }]));

/**
 * Whether this update takes a peer's access away, or a suspension has done so: then open connections must be closed
 * immediately.
 */
export const interrupted = (peers: readonly KnownPeer<"sender" | "receiver">[], before: unknown): boolean =>
  peers.some(
    ({ state, stack, inForce: accepted }) =>
      state === "suspended" || (accepted === undefined && wasAccepted(before, stack)),
  );

/** The output `setAside`. */
export const setAside = (peers: readonly KnownPeer<"sender" | "receiver">[]): SetAside[] =>
  peers.flatMap((peer) => {
    if (peer.state === "accepted") return [];
    const { name, stack, state, words } = peer;
    const reason = peer.state === "held" ? { reason: peer.reason } : {};
    return [{ name, stack, state, ...reason, words, inForce: peer.inForce !== undefined }];
  });

/** An entry of this side's contract for a peer that it trusts once its host has converged. */
export const trustIn = ({ stack, rootFingerprints, dnsName }: AcceptedPeer) => ({
  stack,
  rootFingerprints: [...rootFingerprints],
  dnsName,
});

/** An entry of the output `peers`. */
export const peerOutput = ({ stack, dnsName, addresses }: AcceptedPeer): PeerOutput => ({ stack, dnsName, addresses });
