import { z } from "zod";
import { InvalidInputError, problemsFound } from "./errors.ts";
import { certificatesOf, fingerprintsOf } from "./fingerprint.ts";

/** The name of the stack output that the peer reads. Everything in it is public. */
export const contractOutput = "contract";
/** Raised when a field changes its meaning; a peer of another version is refused, not guessed at. */
export const contractVersion = 1;

/**
 * The output `peers` of a stack: what it was told by each peer, in an update that has not converged yet as well. Policies
 * are not shown stack references, so this is what they hold the fences against.
 */
export interface PeerOutput {
  readonly stack: string;
  readonly dnsName: string;
  readonly addresses: readonly string[];
}

const address = z.ipv4({ error: "an IPv4 address" });
const common = {
  version: z.literal(contractVersion, {
    error: `contract version ${contractVersion}; update both sides to one release`,
  }),
  accountId: z.string().regex(/^\d{12}$/),
  /** PEM of this side's root certificates: one, or old and new while a root rotates. Never an intermediate. */
  rootBundle: z.string().refine((pem) => certificatesOf(pem).length > 0, { error: "at least one PEM certificate" }),
  /** The DNS name that this side's leaf must be known by. */
  dnsName: z.string().min(1),
  /** Whom this side trusts since its last update: a peer that changes its root or its name looks here first. */
  trusts: z
    .array(z.strictObject({ stack: z.string(), rootFingerprints: z.array(z.string()), dnsName: z.string() }))
    .default([]),
};

const senderContract = z.strictObject({
  ...common,
  role: z.literal("sender"),
  /** Where connections come from: the Elastic IPs of the NAT gateway. */
  egressAddresses: z.array(address).min(1),
});

const receiverContract = z.strictObject({
  ...common,
  role: z.literal("receiver"),
  /** Where connections go to: the load balancer's Elastic IPs. */
  endpointAddresses: z.array(address).min(1),
  endpointPort: z.int().min(1).max(65_535),
});

export type SenderContract = z.output<typeof senderContract>;
export type ReceiverContract = z.output<typeof receiverContract>;

const byRole = { sender: senderContract, receiver: receiverContract } as const;
type Contracts = { sender: SenderContract; receiver: ReceiverContract };

/**
 * Reads what a stack says of itself, whichever role it has.
 * @returns undefined if it has not spoken yet
 * @throws Error when the output is not of this contract
 */
export function readContract(output: unknown): SenderContract | ReceiverContract | undefined {
  if (output === undefined || output === null) return undefined;
  const result = z.discriminatedUnion("role", [senderContract, receiverContract]).safeParse(output);
  if (result.success) return result.data;
  const seen = result.error.issues.map(({ path, message }) => `${[contractOutput, ...path].join(".")}: ${message}`);
  throw new Error(`the output ${contractOutput} is of another program: ${seen.join("; ")}`);
}

/** A peer whose root was compared with the pinned fingerprints. */
export type Trusted<Contract> = Contract & { readonly rootFingerprints: readonly string[] };

/**
 * Reads what a peer's stack says of itself, and trusts its roots only if each one is pinned.
 *
 * @param role what the peer must be
 * @param stack the peer's stack, for messages
 * @param output the value of its output `contract`; undefined while it has not spoken yet
 * @param pinned the root fingerprints written in this side's own configuration; undefined when none are yet
 * @returns undefined if the peer has not spoken yet
 * @throws InvalidInputError when the output is not of this contract, or a root is not a pinned one
 */
export function readPeer<Role extends keyof Contracts>(
  role: Role,
  stack: string,
  output: unknown,
  pinned: readonly string[] | undefined,
): Trusted<Contracts[Role]> | undefined {
  if (output === undefined || output === null) return undefined;
  const result = byRole[role].safeParse(output);
  if (!result.success) {
    throw new InvalidInputError(
      `Output "${contractOutput}" of stack ${stack} cannot be used`,
      problemsFound(output, result.error, [contractOutput]),
    );
  }
  const contract = result.data as Contracts[Role];
  const offered = fingerprintsOf(contract.rootBundle);
  const strangers = offered.filter((fingerprint) => !pinned?.includes(fingerprint));
  if (strangers.length > 0) throw notPinned(role, stack, strangers, pinned ?? []);
  return { ...contract, rootFingerprints: offered };
}

function notPinned(role: string, stack: string, offered: readonly string[], pinned: readonly string[]): Error {
  const list = (fingerprints: readonly string[]) =>
    fingerprints.length > 0 ? fingerprints.map((fingerprint) => `\n    ${fingerprint}`).join("") : " none";
  return new InvalidInputError(`The root of the ${role} in stack ${stack} is not the pinned one; nothing was changed`, [
    {
      key: "rootFingerprints",
      value: pinned,
      remedy:
        `the stack offers${list(offered)}\n  pinned is${list(pinned)}\n  ` +
        "Ask the people of that account, over another channel, for their root's fingerprint. " +
        "Only if it is the one offered, write it into this stack's configuration.",
    },
  ]);
}
