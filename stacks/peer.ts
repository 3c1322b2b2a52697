import { contractOutput, readPeer, type Trusted } from "@metrics-link/contract";
import * as pulumi from "@pulumi/pulumi";

/**
 * What a peer's stack says of itself, read before any resource of this stack is registered, so that a root that is
 * not the pinned one stops the update while nothing has changed.
 * @returns undefined while the peer has not been updated for the first time
 * @throws InvalidInputError from `readPeer`
 */
export async function peerOf<Role extends "sender" | "receiver">(
  role: Role,
  stack: string,
  pinned: readonly string[] | undefined,
) {
  const reference = new pulumi.StackReference(stack, { name: stack });
  const { value } = await reference.getOutputDetails(contractOutput);
  return readPeer(role, stack, value, pinned);
}

/** What this side's contract says of a peer that it trusts once its host has converged. */
export const trustIn = (
  stack: string,
  { rootFingerprints, dnsName }: Trusted<{ readonly dnsName: string }>,
): { stack: string; rootFingerprints: string[]; dnsName: string } => ({
  stack,
  rootFingerprints: [...rootFingerprints],
  dnsName,
});
