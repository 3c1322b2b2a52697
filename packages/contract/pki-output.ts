import { z } from "zod";
import { InvalidInputError, problemsFound } from "./errors.ts";

/** The name of the stack output in which a stack tells its own next update, and `npm run rotate`, of its PKI. */
export const pkiOutput = "pki";

/** A leaf in force. */
const leaf = z.object({
  generation: z.int(),
  /** How often it was renewed since the generation was raised. */
  renewal: z.int(),
  notBefore: z.string(),
  notAfter: z.string(),
  fingerprint: z.string(),
});

const generationKey = z.string().regex(/^[1-9]\d*$/);

/** Everything in it is public. A stack writes it at the end of an update that succeeded, so it is what is in force. */
const schema = z.object({
  /** The stack's own name, as its peers write it. */
  stack: z.string(),
  root: z.enum(["offline", "trial"]),
  /** The generations that are in force, as the configuration said. */
  generations: z.object({
    root: z.int(),
    otherRoots: z.array(z.int()),
    intermediate: z.int(),
    leaf: z.int(),
    identity: z.int(),
  }),
  /** Published roots, generation → SHA-256 fingerprint. */
  roots: z.record(generationKey, z.string()),
  /** Intermediates whose keys are in this stack, generation → certificate request and public key, both PEM. */
  intermediates: z.record(generationKey, z.object({ request: z.string(), publicKey: z.string() })),
  /** Absent while the stack waits for its intermediate to be signed. */
  leaf: leaf.optional(),
  /** Leaves for other purposes than the link, by purpose (`leafPurposes`). Absent where the stack has none. */
  furtherLeaves: z.record(z.string(), leaf).optional(),
});

export type PkiOutput = z.output<typeof schema>;

/**
 * What a stack's last successful update left.
 * @returns undefined when there was none
 * @throws LinkError OWN_OUTPUTS_INVALID when there is something that this program did not write: to take it for nothing would begin anew
 */
export function readPkiOutput(output: unknown): PkiOutput | undefined {
  if (output === undefined || output === null) return undefined;
  const result = schema.safeParse(output);
  if (result.success) return result.data;
  throw new InvalidInputError(
    `The output ${pkiOutput} of this stack is of another program; update with the release that wrote it, or a later one`,
    problemsFound(output, result.error, [pkiOutput]),
    "OWN_OUTPUTS_INVALID",
  );
}

/**
 * The name in a leaf of an identity: `dnsName` itself for the first, `e2.<dnsName>` for the second. The peer accepts
 * exactly one of them.
 */
export function identityName(dnsName: string, identity: number): string {
  return identity === 1 ? dnsName : `e${identity}.${dnsName}`;
}

/** `dnsName` again, from the name of an identity. */
export function baseName(name: string, identity: number): string {
  const prefix = `e${identity}.`;
  return identity > 1 && name.startsWith(prefix) ? name.slice(prefix.length) : name;
}

/**
 * The names in a leaf: its identity's, and the one before, which the peer goes on expecting until it has updated. A leaf
 * of an earlier identity lacks the new name, so the peer's update alone takes it out.
 */
export function leafNames(dnsName: string, identity: number): string[] {
  return [identity, identity - 1].filter((one) => one >= 1).map((one) => identityName(dnsName, one));
}

/** An entry of a contract's list `trusts`: whom a peer accepts, under the stack name in that peer's configuration. */
interface ListedTrust {
  readonly stack: string;
  readonly rootFingerprints: readonly string[];
  readonly dnsName: string;
}

/** What identifies this side in a peer's list. */
export interface OwnIdentity {
  /** The name of this side's stack. */
  readonly stack: string;
  /** Fingerprint of the root that signs the leaf in force. */
  readonly root: string | undefined;
  /** The names in the leaf in force. */
  readonly leafNames: readonly string[];
}

/**
 * The entries of a peer's list that are about this side: the one under the name of its stack, and each that accepts its
 * leaf under another. A peer's configuration keeps the old name after `pulumi stack rename`, and its Envoy compares
 * certificates, not the names of stacks.
 */
export const trustInUs = <Entry extends ListedTrust>(
  list: readonly Entry[],
  { stack, root, leafNames: names }: OwnIdentity,
): Entry[] =>
  list.filter(
    (entry) =>
      entry.stack === stack ||
      (root !== undefined && entry.rootFingerprints.includes(root) && names.includes(entry.dnsName)),
  );

/** Common names, from which a person and every check tell the tiers and generations of an account. */
export const commonNames = {
  root: (organization: string, generation: number) => `${organization} Root CA G${generation}`,
  intermediate: (organization: string, generation: number) => `${organization} Intermediate CA G${generation}`,
} as const;

/** The files of an account's folder of artifacts. */
export const artifactNames = {
  root: (generation: number) => `root-g${generation}.pem`,
  request: (generation: number) => `intermediate-g${generation}.request.pem`,
  intermediate: (generation: number) => `intermediate-g${generation}.pem`,
} as const;
