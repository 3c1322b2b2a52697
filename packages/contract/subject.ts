import type { X509Certificate } from "node:crypto";
import { z } from "zod";
import { printable } from "./printable.ts";

/** Attributes by their short names, such as O and CN, in the order of the certificate. One may stand in a name twice. */
export type Attributes = Readonly<Record<string, readonly string[]>>;

const parsed = z.record(z.string(), z.union([z.string().transform((one) => [one]), z.array(z.string())]));

/**
 * The attributes of a certificate's subject as they were parsed. `X509Certificate.subject` prints them for a person, with
 * escapes (RFC 4514): `Acme, Inc.` reads `Acme\, Inc.` there, and comparing it with a name fails.
 */
const subjectAttributes = (certificate: X509Certificate): Attributes =>
  parsed.parse({ ...certificate.toLegacyObject().subject });

/** Whether a subject is exactly an organization and a common name, byte for byte. */
export function isNamed(certificate: X509Certificate, organization: string, commonName: string): boolean {
  const { O: organizations = [], CN: names = [], ...others } = subjectAttributes(certificate);
  const isOnly = (values: readonly string[], wanted: string) => values.length === 1 && values[0] === wanted;
  return isOnly(organizations, organization) && isOnly(names, commonName) && Object.keys(others).length === 0;
}

/** The subject for a message, a page or a label: every attribute whole, in one line. */
export const subjectText = (certificate: X509Certificate): string => textOf(subjectAttributes(certificate));

/** The issuer, likewise. */
export const issuerText = (certificate: X509Certificate): string =>
  textOf(parsed.parse({ ...certificate.toLegacyObject().issuer }));

const textOf = (attributes: Attributes): string =>
  printable(
    Object.entries(attributes)
      .flatMap(([name, values]) => values.map((value) => `${name}=${value}`))
      .join(", "),
  );
