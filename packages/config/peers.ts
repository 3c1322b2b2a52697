import {
  fingerprint,
  isDocumentationAddress,
  isPublicAddress,
  matching,
  stackName,
  text,
} from "@metrics-link/contract";
import { z } from "zod";
import { key } from "./values.ts";

const rootFingerprints = z
  .array(fingerprint)
  .min(1, {
    error: "at least one fingerprint of the peer's root; read it to each other over the telephone, then write it down",
  })
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

/** Whom the texts of a peer's keys are about. */
interface PeerText {
  readonly stack: string;
  readonly stackExample: string;
  readonly whose: string;
  readonly until: string;
  readonly addresses: string;
}

/**
 * What a person has agreed to of a peer. Each pin may be absent until they have; then nothing of the peer is taken.
 * `npm run trust -- accept` writes both.
 */
const pins = ({ stack, stackExample, whose, until, addresses: what }: PeerText) => ({
  stack: key(stackName, { description: stack, range: "`organization/project/stack`", example: stackExample }),
  rootFingerprints: key(rootFingerprints.optional(), {
    description: `SHA-256 fingerprints of ${whose} root, heard from its people. Absent until ${until}.`,
    range: "one to four, with or without colons, in either case",
    example: '["3F:9A:…"]',
  }),
  addresses: key(addresses.optional(), {
    description: `Public IPv4 addresses ${what}, agreed to by a person. \`npm run trust -- accept\` writes them.`,
    range: "one to four",
    example: '["8.8.4.4"]',
  }),
  suspended: key(
    text("why this peer is not trusted for now, in 1 to 200 characters")
      .min(1, { error: "why this peer is not trusted for now" })
      .max(200, { error: "at most 200 characters" })
      .optional(),
    {
      description: "Why this peer is not trusted for now. While the key is there, its chain, rules and roots are gone.",
      range: "1 to 200 characters",
      example: '"leaf stolen"',
    },
  ),
});

/** The receiver, in a sender's configuration. */
export const peer = z.strictObject(
  pins({
    stack: "The receiver's stack. With a self-managed backend the organization is the word `organization`.",
    stackExample: "organization/metrics-link/production-receiver",
    whose: "the receiver's",
    until: "the receiver has a `contract` output",
    addresses: "that the receiver is reached at",
  }),
);

const sender = {
  name: key(matching(/^[a-z][a-z0-9-]{0,19}$/, "1 to 20 of a-z, 0-9 and -, beginning with a letter"), {
    description: "The sender's name here. Part of counters, rule names and file names. Not `elsewhere`.",
    range: "1 to 20 of a-z, 0-9 and `-`, each once",
    example: "account-a",
  }),
  ...pins({
    stack: "The sender's stack. Until it has been updated, it has no way in.",
    stackExample: "organization/metrics-link/production-sender",
    whose: "that sender's",
    until: "they have been",
    addresses: "that the sender comes from",
  }),
};

/** The senders, in a receiver's configuration. */
export const senders = z
  .array(z.strictObject(sender))
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
