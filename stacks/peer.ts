import type { Configuration } from "@metrics-link/config";
import {
  type AcceptedPeer,
  contractOutput,
  contractVersionsOutput,
  messageOf,
  type PeerOutput,
  type PeerPins,
  type SetAside,
  type Standing,
  standingOf,
  versionAdvice,
  wasAccepted,
} from "@metrics-link/contract";
import * as pulumi from "@pulumi/pulumi";
import { readOutputs } from "./stack-outputs.ts";

/** A peer as this side's configuration has it, and how it stands in this update. */
export type KnownPeer<Role extends "sender" | "receiver"> = Standing<Role> & {
  readonly name: string;
  readonly stack: string;
};

/**
 * How a peer stands, decided before any resource of this stack is registered. Whatever is wrong with the peer is said
 * and kept to the peer.
 * @param before the output `accepted` of this stack's own last update
 */
export async function knownPeer<Role extends "sender" | "receiver">(
  role: Role,
  peer: PeerPins & { readonly name: string; readonly stack: string; readonly suspended?: string | undefined },
  { network }: Pick<Configuration, "network">,
  before: unknown,
): Promise<KnownPeer<Role>> {
  const { name, stack, suspended } = peer;
  const reading = suspended === undefined ? await readingOf(stack) : undefined;
  const standing = { name, stack, ...standingOf(role, { peer, reading, before, network }) };
  const advice = reading !== undefined && "contract" in reading ? versionAdvice(stack, reading.versions) : undefined;
  const warnings = [...setAside([standing]).map(said), ...(advice === undefined ? [] : [advice])];
  for (const warning of warnings) void pulumi.log.warn(warning, pulumi.runtime.getStackResource());
  return standing;
}

function said({ name, state, words, inForce }: SetAside): string {
  if (state === "suspended") return `${name} is suspended, and has no way in or out: ${words}`;
  const left = inForce
    ? "What was accepted before stays in force, as far as it is still pinned."
    : "Nothing of it is in force.";
  return `${name} is held. ${words}\n${left} Other peers are not concerned.`;
}

const readingOf = (stack: string) =>
  readOutputs(stack, [contractOutput, contractVersionsOutput]).then(
    (outputs) => ({ contract: outputs[contractOutput], versions: outputs[contractVersionsOutput] }),
    (error: unknown) => ({ error: messageOf(error) }),
  );

/** The peers that this update lets in or reaches. */
export const inForce = <Role extends "sender" | "receiver">(peers: readonly KnownPeer<Role>[]) =>
  peers.flatMap(({ name, inForce: accepted }) => (accepted === undefined ? [] : [{ name, ...accepted }]));

/**
 * Whether a peer loses its way in or out by this update, or has lost it by being suspended: then what went over the link
 * may end, and has to end at once.
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

/** What this side's contract says of a peer that it trusts once its host has converged. */
export const trustIn = ({ stack, rootFingerprints, dnsName }: AcceptedPeer) => ({
  stack,
  rootFingerprints: [...rootFingerprints],
  dnsName,
});

/** What the output `peers` says of a peer. */
export const peerOutput = ({ stack, dnsName, addresses }: AcceptedPeer): PeerOutput => ({ stack, dnsName, addresses });
