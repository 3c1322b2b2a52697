import {
  type AcceptedPeer,
  type Configuration,
  contractOutput,
  type PeerOutput,
  type PeerPins,
  readPeer,
} from "@metrics-link/contract";
import * as pulumi from "@pulumi/pulumi";

/**
 * What a peer's stack says of itself, read before any resource of this stack is registered, so that a root or an
 * address that is not pinned stops the update while nothing has changed.
 * @returns undefined while the peer has no contract
 * @throws InvalidInputError from `readPeer`
 */
export async function peerOf<Role extends "sender" | "receiver">(
  role: Role,
  { stack, ...pins }: PeerPins & { readonly stack: string },
  { network }: Pick<Configuration, "network">,
) {
  const reference = new pulumi.StackReference(stack, { name: stack });
  const { value } = await reference.getOutputDetails(contractOutput);
  return readPeer(role, stack, value, pins, network);
}

/** What this side's contract says of a peer that it trusts once its host has converged. */
export const trustIn = ({ stack, rootFingerprints, dnsName }: AcceptedPeer) => ({
  stack,
  rootFingerprints: [...rootFingerprints],
  dnsName,
});

/** What the output `peers` says of a peer. */
export const peerOutput = ({ stack, dnsName, addresses }: AcceptedPeer): PeerOutput => ({ stack, dnsName, addresses });
