/** Who a certificate is for: subjects and alternative names. */
import { isIP } from "node:net";
import { type JsonGeneralNames, Name } from "@peculiar/x509";
import type { Subject, SubjectNames } from "./schema.ts";

const EMAIL_ADDRESS = "1.2.840.113549.1.9.1";

/** In the order in which Go 1.26 writes them (crypto/x509/pkix Name.ToRDNSequence; measured with 1.26.8). */
const ATTRIBUTES: readonly [oid: string, values: (subject: Subject) => readonly (string | undefined)[]][] = [
  ["2.5.4.6", ({ country }) => [country]],
  ["2.5.4.8", ({ province }) => [province]],
  ["2.5.4.7", ({ locality }) => [locality]],
  ["2.5.4.9", ({ streetAddresses }) => streetAddresses ?? []],
  ["2.5.4.17", ({ postalCode }) => [postalCode]],
  ["2.5.4.10", ({ organization }) => [organization]],
  ["2.5.4.11", ({ organizationalUnit }) => [organizationalUnit]],
  ["2.5.4.3", ({ commonName }) => [commonName]],
  ["2.5.4.5", ({ serialNumber }) => [serialNumber]],
];

type RelativeName = ConstructorParameters<typeof Name>[0] & object;

export function subjectName(subject: Subject | undefined): Name {
  const relative = ATTRIBUTES.map(([oid, values]) => {
    const texts = values(subject ?? {}).filter((value) => value !== undefined && value !== "");
    return { [oid]: texts.map((value) => directoryString(value ?? "")) };
  }).filter((name) => Object.values(name).some((values) => values.length > 0));
  const email = subject?.emailAddress;
  const mail = email === undefined ? [] : [{ [EMAIL_ADDRESS]: [{ ia5String: email }] }];
  return new Name([...relative, ...mail] as RelativeName);
}

function directoryString(text: string): { printableString: string } | { utf8String: string } {
  return Name.isPrintableString(text) ? { printableString: text } : { utf8String: text };
}

/**
 * The subject of a certificate request as the official provider carries it into a certificate: only the attributes Go
 * knows by name, so that an e-mail address is lost.
 */
export function requestedName(request: Name): Name {
  const relative = ATTRIBUTES.map(([oid]) => ({ [oid]: request.getField(oid).map(directoryString) }));
  return new Name(relative.filter((name) => Object.values(name).some((values) => values.length > 0)) as RelativeName);
}

/** @throws Error naming the property and the value that is no address, URI or ASCII name */
export function alternativeNames(names: SubjectNames): JsonGeneralNames {
  for (const dns of names.dnsNames ?? []) {
    if (!Name.isASCII(dns)) throw new Error(`dnsNames has "${dns}", which is not ASCII: write it in its xn-- form`);
  }
  for (const address of names.ipAddresses ?? []) {
    if (isIP(address) === 0) throw new Error(`ipAddresses has "${address}", which is no IP address`);
  }
  for (const uri of names.uris ?? []) {
    if (!URL.canParse(uri)) throw new Error(`uris has "${uri}", which is no URI`);
  }
  return [
    ...(names.dnsNames ?? []).map((value) => ({ type: "dns" as const, value })),
    ...(names.ipAddresses ?? []).map((value) => ({ type: "ip" as const, value })),
    ...(names.uris ?? []).map((value) => ({ type: "url" as const, value })),
  ];
}
