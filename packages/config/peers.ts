import { fingerprint, isPublicAddress, matching, stackName, text } from "@metrics-link/contract";
import { z } from "zod";
import { key, words } from "./values.ts";

const rootFingerprints = z
  .array(fingerprint, { error: "a list of fingerprints" })
  .min(1, {
    error: "at least one fingerprint of the peer's root; read it to each other over the telephone, then write it down",
  })
  .max(4, { error: "at most four: the old and the new one of a rotation, and room for a second" })
  .refine((list) => new Set(list).size === list.length, { error: "each fingerprint once" });

const addresses = z
  .array(
    text("a public IPv4 address").refine(isPublicAddress, {
      error: "a public unicast IPv4 address, such as 8.8.4.4: not private, loopback, link-local or multicast",
    }),
    { error: "a list of public IPv4 addresses" },
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
    range: "one to four, each once, with or without colons, in either case",
    example: `["${"3f9ac0de".repeat(8)}"]`,
  }),
  addresses: key(addresses.optional(), {
    description: `Public IPv4 addresses ${what}, agreed to by a person. \`npm run trust -- accept\` writes them.`,
    range: "one to four, each once",
    example: '["8.8.4.4"]',
  }),
  suspended: key(words(200, "why this peer is not trusted for now").optional(), {
    description: "Why this peer is not trusted for now. While the key is there, its chain, rules and roots are gone.",
    range: "1 to 200 characters",
    example: '"leaf stolen"',
  }),
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
  name: key(
    matching(
      /^(?!elsewhere$)[a-z][a-z0-9-]{0,19}$/,
      "1 to 20 of a-z, 0-9 and -, beginning with a letter, and not elsewhere, which means unknown addresses",
    ),
    {
      description: "The sender's name here. Part of counters, rule names and file names. Not `elsewhere`.",
      range: "1 to 20 of a-z, 0-9 and `-`, each once",
      example: "account-a",
    },
  ),
  ...pins({
    stack: "The sender's stack. Until it has been updated, it has no way in.",
    stackExample: "organization/metrics-link/production-sender",
    whose: "that sender's",
    until: "they have been",
    addresses: "that the sender comes from",
  }),
};

/**
 * The senders, in a receiver's configuration. A security group has 60 inbound rules unless AWS raises the quota, and each
 * sender takes one (VPC user guide, "Amazon VPC quotas").
 */
export const senders = z
  .array(z.strictObject(sender), { error: "a list of senders" })
  .min(1, { error: "at least one sender; to let go of the last one, suspend it (senders[].suspended)" })
  .max(50, { error: "at most 50 senders: a security group has 60 rules" });
