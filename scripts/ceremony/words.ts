import { printable } from "@metrics-link/contract";
import type { Authority, Request } from "@metrics-link/pki/ceremony/index.ts";

const day = (date: Date) => date.toISOString().slice(0, 10);

/** A certificate as lines of text. */
export const describeAuthority = ({ commonName, fingerprint, notBefore, notAfter }: Authority): string =>
  [`${printable(commonName)}, valid from ${day(notBefore)} to ${day(notAfter)} UTC`, `  SHA-256 ${fingerprint}`].join(
    "\n",
  );

/** What is about to be signed, for a person's confirmation. */
export function describeSigning(root: Authority, commonName: string, request: Request, until: Date): string {
  return [
    "This root",
    `  ${describeAuthority(root).replace("\n", "\n  ")}`,
    "is about to sign this authority:",
    `  name       ${printable(commonName)}`,
    `  key        ${request.algorithm}, SHA-256 of the public key ${request.keyFingerprint}`,
    "  may        sign the leaf certificates of this account; no authority below it",
    `  valid      until ${day(until)} UTC; a signature cannot be taken back before, but by another root`,
    "Whoever trusts the root will trust every certificate that this authority signs.",
  ].join("\n");
}
