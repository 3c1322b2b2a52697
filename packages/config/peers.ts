import { fingerprint, isDocumentationAddress, isPublicAddress, stackName, text } from "@metrics-link/contract";
import { z } from "zod";
import { peerName } from "./values.ts";

const rootFingerprints = z
  .array(fingerprint)
  .min(1, { error: "at least one fingerprint of the peer's root; read it to each other, then write it down" })
  .max(4, { error: "at most four: the old and the new one of a rotation, and room for a second" });

const addresses = z
  .array(
    text("a public IPv4 address").refine(isPublicAddress, {
      error: "a public unicast IPv4 address, such as 8.8.4.4: not private, loopback, link-local or multicast",
    }),
  )
  .min(1, { error: "at least one address of the peer, or leave the key out until `npm run trust -- accept` writes it" })
  .max(4, { error: "at most four: those in use and those that follow them" })
  .refine((list) => new Set(list).size === list.length, { error: "each address once" });

/**
 * What a person has agreed to of a peer. Each key may be absent until they have; then nothing of the peer is taken.
 * `npm run trust -- accept` writes both.
 */
const pins = {
  stack: stackName,
  /** SHA-256 of each root certificate that may be trusted. */
  rootFingerprints: rootFingerprints.optional(),
  /** Each address that the peer may come from (a sender) or be reached at (the receiver). */
  addresses: addresses.optional(),
  /** Takes the peer's trust away with the next update, for as long as the key is there. */
  suspended: text("why this peer is not trusted for now, in 1 to 200 characters")
    .min(1, { error: "why this peer is not trusted for now" })
    .max(200, { error: "at most 200 characters" })
    .optional(),
};

/** The receiver, in a sender's configuration. */
export const peer = z.strictObject(pins);

/** The senders, in a receiver's configuration. */
export const senders = z
  .array(z.strictObject({ name: peerName, ...pins }))
  .min(1, { error: "at least one sender; to let go of the last one, suspend it (senders[].suspended)" })
  .superRefine((list, context) => {
    const complain = (path: PropertyKey[], message: string) => context.addIssue({ code: "custom", path, message });
    for (const [index, { name, stack, addresses: own = [] }] of list.entries()) {
      const before = list.slice(0, index);
      if (before.some((other) => other.name === name)) complain([index, "name"], "a name that no other sender has");
      if (before.some((other) => other.stack === stack)) complain([index, "stack"], "a stack that no other sender has");
      for (const [position, address] of own.entries()) {
        if (!before.some((other) => other.addresses?.includes(address))) continue;
        complain([index, "addresses", position], "an address that no other sender comes from");
      }
    }
  });

interface Sections {
  readonly network: { readonly documentationAddresses: boolean };
  readonly peer?: { readonly addresses?: readonly string[] | undefined };
  readonly senders?: readonly { readonly addresses?: readonly string[] | undefined }[];
}

/** Documentation addresses only where the configuration says that this is a trial network. */
export function checkDocumentationAddresses(
  { network, peer: receiver, senders: list }: Sections,
  context: z.core.$RefinementCtx<unknown>,
): void {
  if (network.documentationAddresses) return;
  const peers = [
    ...(receiver === undefined ? [] : [{ path: ["peer"] as PropertyKey[], ...receiver }]),
    ...(list ?? []).map((one, index) => ({ path: ["senders", index] as PropertyKey[], ...one })),
  ];
  for (const { path, addresses: found = [] } of peers) {
    for (const [index, address] of found.entries()) {
      if (!isDocumentationAddress(address)) continue;
      const message = "an address that is not for documentation (RFC 5737), or network.documentationAddresses: true";
      context.addIssue({ code: "custom", path: [...path, "addresses", index], message });
    }
  }
}
