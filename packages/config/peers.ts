import {
  fingerprint,
  identityLabels,
  isPeerOfFile,
  isPublicAddress,
  matching,
  peerOfFile,
  stackName,
  text,
} from "@metrics-link/contract";
import { remoteWrite } from "@metrics-link/release";
import { z } from "zod";
import { day, integer, key, path, words } from "./values.ts";

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
  readonly contractExample: string;
  readonly whose: string;
  readonly until: string;
  readonly addresses: string;
}

const peerStack = stackName.refine((found) => !isPeerOfFile(found), {
  error: "a stack; a file of the repository is named by the key contract",
});

/** A review compares these folders, and nothing in them is the program. */
const contractFile = path("file").regex(
  /^(fleet|peers|pki|monitoring|stacks\/[A-Za-z0-9][\w-]*)\/([A-Za-z0-9][\w.-]*\/)*[A-Za-z0-9][\w.-]*\.json$/,
  {
    error:
      "a .json file in fleet/, peers/, pki/, monitoring/ or a folder of stacks/, relative to the repository's root, such as pki/peers/account-b.json",
  },
);

/**
 * What a person has agreed to of a peer. Each pin may be absent until they have; then nothing of the peer is taken.
 * `npm run trust -- accept` writes both.
 */
const pins = ({ stack, stackExample, contractExample, whose, until, addresses: what }: PeerText) => ({
  stack: key(peerStack.optional(), {
    description: stack,
    range: "`organization/project/stack`",
    fallback: "required without `contract`",
    example: stackExample,
  }),
  contract: key(contractFile.optional(), {
    description:
      "Instead of `stack`: the peer's contract as a file, for a peer whose backend this side cannot read. `npm run trust -- write` makes it at the peer's; see [the exchange](pki.md#the-exchange).",
    range: "a `.json` file",
    fallback: "required without `stack`",
    example: contractExample,
  }),
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

/**
 * Names a peer after its file where it has one. Without either key the name is empty, which the rule `aPeerIsAStackOrAFile`
 * refuses.
 */
const named = <Peer extends { stack?: string | undefined; contract?: string | undefined }>(peer: Peer) => ({
  ...peer,
  stack: peer.stack ?? (peer.contract === undefined ? "" : peerOfFile(peer.contract)),
});

/** The receiver, in a sender's configuration. */
export const peer = z
  .strictObject(
    pins({
      stack: "The receiver's exchange stack. With a self-managed backend the organization is the word `organization`.",
      stackExample: "organization/metrics-link/account-b",
      contractExample: "pki/peers/account-b.json",
      whose: "the receiver's",
      until: "the receiver has a `contract` output",
      addresses: "that the receiver is reached at",
    }),
  )
  .transform(named);

/**
 * How much one sender may write. Over the first three and the last, the gate answers 503 and the sender keeps its samples; over
 * the others a batch can never be stored, and is answered with 413.
 */
const limits = z
  .strictObject({
    samplesPerSecond: key(integer(1, 10_000_000, "samples a second").default(50_000), {
      description:
        "How many samples a second this sender may write for long. After a silence, a minute's worth at once.",
      example: "5000",
      affects: "how fast a backlog drains after an outage; SenderNearLimit",
    }),
    activeSeries: key(integer(1, 2_000_000, "series").default(500_000), {
      description: "How many series of this sender may have had a sample within the last hour or two.",
      example: "20000",
      affects: "SenderNearLimit",
    }),
    newSeriesPerMinute: key(integer(1, 2_000_000, "series a minute").default(100_000), {
      description:
        "How many series that were not active this sender may begin in a minute. After a start of the gate all are let in once.",
      example: "5000",
    }),
    bodyBytes: key(
      integer(65_536, remoteWrite.bodyBytes, "bytes, the size of a request on the wire").default(remoteWrite.bodyBytes),
      {
        description: "How large a request of this sender may be, compressed. Envoy takes no more than the default.",
        example: "1048576",
        affects: "a batch above it is dropped by the sender's queue, and halved by its repairer",
      },
    ),
    labelsPerSeries: key(integer(32, 10_000, "labels").default(512), {
      description: "How many labels a series of this sender may have.",
      example: "64",
      affects: "a batch with such a series is dropped by the sender's queue; its repairer saves the other series",
    }),
    secondsAhead: key(integer(0, 590, "seconds").default(540), {
      description:
        "How far a timestamp of this sender may be ahead of the receiver's clock. A batch waits until its time has come.",
      example: "60",
      affects: "Prometheus itself takes 600 seconds",
    }),
  })
  .prefault({});

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
    stack: "The sender's exchange stack. Until it has been updated, the sender has no way in.",
    stackExample: "organization/metrics-link/account-a",
    contractExample: "pki/peers/account-a.json",
    whose: "that sender's",
    until: "they have been",
    addresses: "that the sender comes from",
  }),
  labels: key(
    identityLabels
      .refine((found) => Object.keys(found).length > 0, {
        error: "at least one label, or leave the key out: then nothing is pinned",
      })
      .optional(),
    {
      description:
        "Labels that each series of this sender has to carry, agreed to by a person: who may write what. `npm run trust -- accept` writes them. Others besides are free.",
      range: "1 to 20 labels, as `prometheus.externalLabels`; no other sender has one of these pairs",
      fallback: "nothing is pinned: its series may carry any labels that are not pinned for another sender",
      example: '{ account: "111111111111" }',
      affects: "`prometheus.externalLabels` of the sender, whose update is refused if it no longer carries them",
    },
  ),
  limits,
  owner: key(words(200, "who answers for this sender").optional(), {
    description: "Who answers for this sender: a team, with how to reach it. For people; nothing depends on it.",
    range: "1 to 200 characters",
    fallback: "none; required in a file of [the fleet](fleet.md)",
    example: '"shop team, +49 30 901820"',
  }),
  since: key(day('the day on which this sender was agreed to, in quotes: "2026-11-30"').optional(), {
    description: "The day on which this sender was agreed to. For people; nothing depends on it.",
    range: "a day",
    fallback: "none; required in a file of [the fleet](fleet.md)",
    example: '"2026-11-30"',
  }),
};

/** The keys of an entry, in their order. */
export const senderKeys: readonly string[] = Object.keys(sender);

/**
 * The senders, in a receiver's configuration. Each takes a rule of the load balancer's security groups, which together have 1,000 at most
 * (VPC user guide, "Amazon VPC quotas"); what this account may have is `network.securityGroupQuotas`.
 */
export const senders = z
  .array(z.strictObject(sender).transform(named), { error: "a list of senders" })
  .min(1, { error: "at least one sender; to let go of the last one, suspend it (senders[].suspended)" })
  .max(1000, { error: "at most 1,000 senders: a load balancer's security groups have no more rules" });
