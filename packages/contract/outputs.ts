import { z } from "zod";
import type { ErrorCode } from "./error-codes.ts";
import { InvalidInputError, type Problem, problemsFound } from "./errors.ts";
import { certificatesOf, fingerprintsOf, readCertificates, unlessOtherText } from "./fingerprint.ts";
import { dnsName, fingerprint, sourceOf, stackName } from "./forms.ts";
import { carries, identityLabels, type Labels, labelsText } from "./labels.ts";
import { isDocumentationAddress, isPublicAddress, mostAddresses } from "./public-address.ts";
import { rootFault } from "./root-certificate.ts";
import { contractOutput, versionFault, versionNumber } from "./versions.ts";

/** The port that the receiver's load balancer offers to the world. */
export const endpointPort = 443;

/**
 * The output `peers` of a stack: what it was told by each peer, in an update that has not converged yet as well. Policies
 * are not shown stack references, so this is what they hold the fences against.
 */
export interface PeerOutput {
  readonly stack: string;
  readonly dnsName: string;
  readonly addresses: readonly string[];
}

const address = z
  .string()
  .refine(isPublicAddress, { error: "a public unicast IPv4 address; nothing else may enter a fence" });
/** The addresses of a peer of that role. */
export const addressesOf = (role: keyof typeof mostAddresses) =>
  z
    .array(address)
    .min(1, { error: "at least one address" })
    .max(mostAddresses[role], { error: `at most ${mostAddresses[role]}: a ${role} has no more` })
    .refine((list) => new Set(list).size === list.length, { error: "each address once" });

/** PEM of root certificates and of nothing else. */
export const rootBundle = z.string().superRefine((pem, context) => {
  const wrong = faultOf(pem);
  if (wrong !== undefined) context.addIssue({ code: "custom", message: `PEM of root certificates alone: ${wrong}` });
});

const common = {
  /** One that this release reads: whoever parses a contract asks `versionFault` first. */
  version: versionNumber,
  accountId: z.string().regex(/^\d{12}$/, { error: "the 12 digits of an AWS account" }),
  /** PEM of this side's root certificates: one, or old and new while a root rotates. Never an intermediate. */
  rootBundle,
  /** The DNS name that this side's leaf must be known by. */
  dnsName,
  /** Whom this side trusts since its last update: a peer that changes its root or its name looks here first. */
  trusts: z
    .array(z.object({ stack: stackName, rootFingerprints: z.array(fingerprint).max(8), dnsName }))
    .max(10_000)
    .default([]),
};

/** At most as many as the peer can pin. */
const mostRoots = 4;

/** What is wrong with a root bundle; undefined when nothing is. */
function faultOf(pem: string): string | undefined {
  const judged = (): string | undefined => {
    const roots = readCertificates(pem);
    if (roots.length < 1 || roots.length > mostRoots) return `it holds ${roots.length}, 1 to ${mostRoots} are expected`;
    if (new Set(roots.map(({ fingerprint256 }) => fingerprint256)).size < roots.length) return "it holds one twice";
    for (const [index, root] of roots.entries()) {
      const fault = rootFault(root);
      if (fault !== undefined) return `certificate ${index + 1} is not a root that Envoy is known to load: ${fault}`;
    }
    return undefined;
  };
  return unlessOtherText(judged, (why) => why);
}

/** Unknown fields are dropped here, so what a later release writes besides has no effect. */
const senderContract = z.object({
  ...common,
  role: z.literal("sender"),
  /** Where connections come from: the Elastic IPs of the NAT gateway. */
  egressAddresses: addressesOf("sender"),
  /** What each of its series carries. Absent before its first update, and in a release that does not tell. */
  labels: identityLabels.optional(),
});

const receiverContract = z.object({
  ...common,
  role: z.literal("receiver"),
  /** Where connections go to: the load balancer's Elastic IPs. */
  endpointAddresses: addressesOf("receiver"),
  endpointPort: z.literal(endpointPort, { error: `port ${endpointPort}: the fences of both sides know no other` }),
  /** The labels that the series of a sender have to carry here, by the sender's stack. Absent of one without pinned labels. */
  admits: z
    .array(z.object({ stack: stackName, labels: identityLabels }))
    .max(10_000)
    .optional(),
});

export type SenderContract = z.output<typeof senderContract>;
export type ReceiverContract = z.output<typeof receiverContract>;

const byRole = { sender: senderContract, receiver: receiverContract } as const;
type Contracts = { sender: SenderContract; receiver: ReceiverContract };

/**
 * Reads what a stack says of itself, whichever role it has.
 * @returns undefined when it has no output `contract` yet
 * @throws InvalidInputError when the output is not of this contract
 */
export function readContract(stack: string, output: unknown): SenderContract | ReceiverContract | undefined {
  return parsed(stack, output, z.discriminatedUnion("role", [senderContract, receiverContract]));
}

/** The addresses that a contract names, whichever role its side has. */
export const addressesIn = (contract: SenderContract | ReceiverContract): readonly string[] =>
  contract.role === "sender" ? contract.egressAddresses : contract.endpointAddresses;

/** What this side's own configuration, in source control, agrees to of a peer. */
export interface PeerPins {
  /** Absent: no root has been agreed to yet. */
  readonly rootFingerprints?: readonly string[] | undefined;
  /** Absent: no address has been agreed to yet. */
  readonly addresses?: readonly string[] | undefined;
  /** Of a sender: what its series have to carry. Absent: nothing, its series may carry any labels. */
  readonly labels?: Labels | undefined;
}

/** Roots and addresses as lists: empty where nothing has been agreed to yet. */
export type Pins = { readonly [Key in "rootFingerprints" | "addresses"]-?: readonly string[] };

/**
 * A peer of which every value was compared with the pins, or is of a closed form. Nothing in it is text as the peer
 * wrote it: the root bundle is encoded anew from the certificates that were compared.
 */
export interface AcceptedPeer {
  readonly stack: string;
  readonly dnsName: string;
  readonly rootFingerprints: readonly string[];
  /** PEM of exactly these roots. */
  readonly rootBundle: string;
  readonly addresses: readonly string[];
  /** Those that are pinned. */
  readonly labels?: Labels;
}

/** Why a contract is not taken: a closed set, since it becomes the label of an alert. */
export const refusals = ["malformed", "version", "root-not-pinned", "address-not-pinned", "labels-not-pinned"] as const;

const codes = {
  malformed: "PEER_CONTRACT_MALFORMED",
  version: "PEER_CONTRACT_VERSION",
  "root-not-pinned": "PEER_ROOT_NOT_PINNED",
  "address-not-pinned": "PEER_ADDRESS_NOT_PINNED",
  "labels-not-pinned": "PEER_LABELS_NOT_PINNED",
} as const satisfies Record<(typeof refusals)[number], ErrorCode>;

/** A contract that is not taken as a whole. */
export class RefusedContractError extends InvalidInputError {
  readonly refusal: (typeof refusals)[number];
  /** What it says, where it is a contract at all: to be known, and not to be acted on. */
  readonly contract: SenderContract | ReceiverContract | undefined;

  constructor(
    refusal: (typeof refusals)[number],
    subject: string,
    problems: readonly Problem[],
    contract?: SenderContract | ReceiverContract,
  ) {
    super(subject, problems, codes[refusal]);
    this.name = "RefusedContractError";
    this.refusal = refusal;
    this.contract = contract;
  }
}

/**
 * Reads what a peer's stack says of itself, and takes it only if each of its roots and addresses is pinned, and its series
 * carry the pinned labels as far as it tells.
 *
 * @param role what the peer must be
 * @param stack the peer's stack
 * @param output the value of its output `contract`; undefined while it has none
 * @param network whether the addresses of RFC 5737 are accepted, as in a trial network
 * @returns undefined while the peer has no contract
 * @throws RefusedContractError when the output is not of this contract, or something in it is not pinned
 */
export function readPeer<Role extends keyof Contracts>(
  role: Role,
  stack: string,
  output: unknown,
  pins: PeerPins,
  network: { readonly documentationAddresses: boolean },
): { readonly contract: Contracts[Role]; readonly accepted: AcceptedPeer } | undefined {
  const contract = parsed(stack, output, byRole[role]) as Contracts[Role] | undefined;
  if (contract === undefined) return undefined;
  const addresses = addressesIn(contract);
  const reserved = network.documentationAddresses ? [] : addresses.filter(isDocumentationAddress);
  if (reserved.length > 0) {
    const remedy = "addresses that are not for documentation (RFC 5737); only a trial network accepts those";
    const problem = { key: `${contractOutput}.addresses`, value: reserved, remedy };
    throw new RefusedContractError("malformed", unusable(stack), [problem]);
  }
  const rootFingerprints = fingerprintsOf(contract.rootBundle);
  requirePinned(contract, stack, "root", "rootFingerprints", rootFingerprints, pins.rootFingerprints ?? []);
  requirePinned(contract, stack, "address", "addresses", addresses, pins.addresses ?? []);
  requireLabels(contract, stack, pins.labels);
  const rootBundle = certificatesOf(contract.rootBundle).join("");
  const accepted = { stack, dnsName: contract.dnsName, rootFingerprints, rootBundle, addresses, ...labelsOf(pins) };
  return { contract, accepted };
}

/** The pinned labels, where there are any. */
const labelsOf = ({ labels }: Pick<PeerPins, "labels">): { readonly labels?: Labels } =>
  labels === undefined ? {} : { labels };

function parsed<Schema extends z.ZodType>(
  stack: string,
  output: unknown,
  schema: Schema,
): z.output<Schema> | undefined {
  if (output === undefined || output === null) return undefined;
  const refused = (refusal: (typeof refusals)[number], problems: readonly Problem[]) =>
    new RefusedContractError(refusal, unusable(stack), problems);
  const fault = versionFault(output);
  if (fault !== undefined) {
    throw refused("version", [{ key: `${contractOutput}.version`, value: fault.version, remedy: fault.remedy }]);
  }
  const fields = typeof output === "object" ? Object.keys(output).length : 0;
  if (fields > mostFields) {
    throw refused("malformed", [
      { key: `the number of fields in ${contractOutput}`, value: fields, remedy: `at most ${mostFields}` },
    ]);
  }
  const result = schema.safeParse(output);
  if (result.success) return result.data;
  throw refused("malformed", problemsFound(output, result.error, [contractOutput]));
}

/** A contract of today has eight. */
const mostFields = 64;

const unusable = (stack: string) => `Output "${contractOutput}" of ${sourceOf(stack)} cannot be used`;

/** A sender that does not tell its labels yet is taken: what it writes decides. @throws RefusedContractError */
function requireLabels(contract: SenderContract | ReceiverContract, stack: string, pinned: PeerPins["labels"]): void {
  const offered = contract.role === "sender" ? contract.labels : undefined;
  if (offered === undefined || pinned === undefined || carries(offered, pinned)) return;
  const remedy =
    `its series carry ${labelsText(offered)}, and pinned is ${labelsText(pinned)}. Ask the people of that account, over another ` +
    "channel, what their series are to carry. Only if it is this, run `npm run trust -- accept`; docs/operate.md, Changing a pinned label, has the order.";
  const subject = `The labels of the sender in ${sourceOf(stack)} are not those that are pinned`;
  throw new RefusedContractError("labels-not-pinned", subject, [{ key: "labels", value: pinned, remedy }], contract);
}

/** @throws RefusedContractError showing what is offered and what is pinned */
function requirePinned(
  contract: SenderContract | ReceiverContract,
  stack: string,
  what: "root" | "address",
  key: "rootFingerprints" | "addresses",
  offered: readonly string[],
  pinned: readonly string[],
): void {
  if (offered.every((one) => pinned.includes(one))) return;
  const list = (values: readonly string[]) =>
    values.length > 0 ? values.map((value) => `\n    ${value}`).join("") : " none";
  const remedy =
    `the stack offers${list(offered)}\n  pinned is${list(pinned)}\n  ` +
    `Ask the people of that account, over another channel, for their ${what}. Only if it is the one offered, ` +
    "run `npm run trust -- accept`, which writes it into this stack's configuration.";
  const subject = `The ${what} of the ${contract.role} in ${sourceOf(stack)} is not pinned`;
  throw new RefusedContractError(`${what}-not-pinned`, subject, [{ key, value: pinned, remedy }], contract);
}
