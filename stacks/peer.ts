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

/** A configured peer and its standing in this update. */
export type KnownPeer<Role extends "sender" | "receiver"> = Standing<Role> & {
  readonly name: string;
  readonly stack: string;
};

/**
 * Decides a peer's standing before any resource of this stack is registered. A problem with the peer is logged as a
 * warning and affects no other peer.
 * @param before the output `accepted` of this stack's last update
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
  if (state === "suspended") return `${name} is suspended, so its traffic is blocked: ${words}`;
  const effect = inForce
    ? "Values accepted before stay in force if they are still pinned."
    : "None of its roots or addresses is in force.";
  return `${name} is held. ${words}\n${effect} Other peers are not affected.`;
}

const readingOf = (stack: string) =>
  readOutputs(stack, [contractOutput, contractVersionsOutput]).then(
    (outputs) => ({ contract: outputs[contractOutput], versions: outputs[contractVersionsOutput] }),
    (error: unknown) => ({ error: messageOf(error) }),
  );

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
