/**
 * The reader of release 0.1, frozen: version 1 alone, and no unknown field. What a stack writes into `contract` must pass
 * here for as long as docs/decisions/0700 says so. Change nothing in this file; delete it together with version 1.
 */
import { X509Certificate } from "node:crypto";
import { isIPv4 } from "node:net";
import { z } from "zod";

const dnsName = z
  .string()
  .regex(/^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/);
const fingerprint = z
  .string()
  .regex(/^([0-9a-fA-F]{2}:?){31}[0-9a-fA-F]{2}$/)
  .transform((text) => text.replaceAll(":", "").toUpperCase().match(/../g)?.join(":") ?? "");
const stackName = z.string().regex(/^[\w-]+\/[\w-]+\/[\w.-]+$/);

const block =
  /(?:\r?\n)*-----BEGIN CERTIFICATE-----\r?\n((?:[A-Za-z0-9+/]{1,64}={0,2}\r?\n)+)-----END CERTIFICATE-----(?:\r?\n|$)/y;

function rootsIn(pem: string): X509Certificate[] | undefined {
  const found: X509Certificate[] = [];
  let end = 0;
  while (!/^(?:\r?\n)*$/.test(pem.slice(end))) {
    block.lastIndex = end;
    const [whole, base64] = block.exec(pem) ?? [];
    if (whole === undefined || base64 === undefined) return undefined;
    const certificate = new X509Certificate(Buffer.from(base64, "base64"));
    if (!certificate.ca || !certificate.verify(certificate.publicKey)) return undefined;
    found.push(certificate);
    end += whole.length;
  }
  return found.length >= 1 && found.length <= 4 ? found : undefined;
}

const addresses = (most: number) =>
  z
    .array(z.string().refine((address) => isIPv4(address)))
    .min(1)
    .max(most)
    .refine((list) => new Set(list).size === list.length);

const common = {
  version: z.literal(1, { error: "contract version 1; update both sides to one release" }),
  accountId: z.string().regex(/^\d{12}$/),
  rootBundle: z.string().refine((pem) => rootsIn(pem) !== undefined),
  dnsName,
  trusts: z
    .array(z.strictObject({ stack: stackName, rootFingerprints: z.array(fingerprint).max(8), dnsName }))
    .max(10_000)
    .default([]),
};

const byRole = {
  sender: z.strictObject({ ...common, role: z.literal("sender"), egressAddresses: addresses(1) }),
  receiver: z.strictObject({
    ...common,
    role: z.literal("receiver"),
    endpointAddresses: addresses(2),
    endpointPort: z.literal(443),
  }),
} as const;

/** What release 0.1 took of a peer. @throws ZodError when it refused the contract */
export function readByVersion1(role: keyof typeof byRole, output: unknown) {
  const contract = byRole[role].parse(output);
  return {
    dnsName: contract.dnsName,
    rootFingerprints: (rootsIn(contract.rootBundle) ?? []).map(({ fingerprint256 }) => fingerprint256),
    addresses: contract.role === "sender" ? contract.egressAddresses : contract.endpointAddresses,
    trusts: contract.trusts,
  };
}
