import { createPublicKey, type X509Certificate } from "node:crypto";
import type { Configuration } from "@metrics-link/config";
import {
  artifactNames,
  certificatesOf,
  commonNames,
  InvalidInputError,
  isNamed,
  issuerText,
  type PkiOutput,
  type Problem,
  readCertificates,
  subjectText,
  unlessOtherText,
} from "@metrics-link/contract";

/**
 * The artifacts of a ceremony, checked against the account's configuration. All public. The PEM is re-encoded from the checked
 * certificates; it is never the file's own text.
 */
export interface OfflineAuthority {
  readonly roots: readonly { readonly generation: number; readonly pem: string }[];
  /** The certificate of the intermediate in force; undefined while it is not signed. */
  readonly intermediatePem: string | undefined;
}

export interface ArtifactsArgs {
  readonly pki: Configuration["pki"];
  /** The folder as written in the configuration, for messages. */
  readonly folder: string;
  /** The folder's files: name → content. */
  readonly files: Readonly<Record<string, string>>;
  /** The PKI output of the stack's last successful update. */
  readonly inForce: PkiOutput | undefined;
  /** Milliseconds, UTC. */
  readonly now: number;
}

/**
 * Reads the artifacts of a ceremony. They may be missing while the account has never issued a leaf: it waits for the
 * ceremony. After that a missing file stops the update before anything changes.
 * @throws InvalidInputError naming each file that is missing or does not match its name
 */
export function offlineAuthority(args: ArtifactsArgs): OfflineAuthority {
  const { pki, folder, files, inForce } = args;
  const { root, otherRoots, intermediate } = pki.generations;
  const names = [artifactNames.intermediate(intermediate), ...[root, ...otherRoots].map(artifactNames.root)];
  const missing = names.filter((name) => files[name] === undefined);
  if (missing.length > 0) {
    if (inForce?.leaf === undefined) return { roots: [], intermediatePem: undefined };
    throw refused(missing.map((name) => ({ key: `${folder}/${name}`, value: undefined, remedy: remedyOf(name) })));
  }
  const roots = [root, ...otherRoots].map((generation) => ({
    generation,
    pem: files[artifactNames.root(generation)] ?? "",
  }));
  const intermediatePem = files[artifactNames.intermediate(intermediate)] ?? "";
  const problems = [
    ...roots.flatMap((one) => rootProblems(args, one)),
    ...intermediateProblems(args, intermediatePem, roots[0]?.pem ?? ""),
  ];
  if (problems.length > 0) throw refused(problems);
  const encoded = (pem: string) => certificatesOf(pem).join("");
  return {
    roots: roots.map(({ generation, pem }) => ({ generation, pem: encoded(pem) })),
    intermediatePem: encoded(intermediatePem),
  };
}

const remedyOf = (name: string) =>
  name.startsWith("root")
    ? "create it in the ceremony: npm run ceremony -- init"
    : "sign it in the ceremony: npm run ceremony -- request, then sign";

const refused = (problems: readonly Problem[]) =>
  new InvalidInputError(
    "The ceremony's certificates cannot be used; nothing was changed",
    problems,
    "CEREMONY_INVALID",
  );

function rootProblems({ pki, folder, now }: ArtifactsArgs, { generation, pem }: { generation: number; pem: string }) {
  const key = `${folder}/${artifactNames.root(generation)}`;
  const certificate = parse(pem);
  if (certificate === undefined)
    return [{ key, value: pem.slice(0, 40), remedy: "exactly one PEM certificate and no other text" }];
  return [
    ...subjectProblems(key, certificate, pki.organization, commonNames.root(pki.organization, generation)),
    ...(certificate.ca && isSignedBy(certificate, certificate)
      ? []
      : [{ key, value: subjectText(certificate), remedy: "a root: a self-signed authority" }]),
    ...timeProblems(key, certificate, now),
  ];
}

function intermediateProblems({ pki, folder, inForce, now }: ArtifactsArgs, pem: string, rootPem: string): Problem[] {
  const { root, intermediate } = pki.generations;
  const key = `${folder}/${artifactNames.intermediate(intermediate)}`;
  const [certificate, issuer] = [parse(pem), parse(rootPem)];
  if (certificate === undefined)
    return [{ key, value: pem.slice(0, 40), remedy: "exactly one PEM certificate and no other text" }];
  if (issuer === undefined) return [];
  const own = inForce?.intermediates[intermediate]?.publicKey;
  return [
    ...subjectProblems(key, certificate, pki.organization, commonNames.intermediate(pki.organization, intermediate)),
    ...(certificate.ca && isSignedBy(certificate, issuer)
      ? []
      : [
          {
            key,
            value: `${subjectText(certificate)}, signed by ${issuerText(certificate)}`,
            remedy: `an authority signed by root G${root}, which pki.generations.root selects`,
          },
        ]),
    ...(own === undefined
      ? [
          {
            key: `pki.generations.intermediate`,
            value: intermediate,
            remedy: "an intermediate whose key is in this stack; pki.generations.nextIntermediate creates one",
          },
        ]
      : createPublicKey(own).equals(certificate.publicKey)
        ? []
        : [{ key, value: certificate.fingerprint256, remedy: "a certificate for the key in this stack's state" }]),
    ...timeProblems(key, certificate, now),
  ];
}

/** Detects a folder with another account's artifacts by their names. */
function subjectProblems(
  key: string,
  certificate: X509Certificate,
  organization: string,
  commonName: string,
): Problem[] {
  if (isNamed(certificate, organization, commonName)) return [];
  const remedy = `the organization ${organization} and the common name ${commonName}, and nothing else (pki.organization)`;
  return [{ key, value: subjectText(certificate), remedy }];
}

function timeProblems(key: string, { validFromDate, validToDate }: X509Certificate, now: number): Problem[] {
  if (now >= validFromDate.getTime() && now <= validToDate.getTime()) return [];
  const value = `valid from ${validFromDate.toISOString()} to ${validToDate.toISOString()}`;
  return [{ key, value, remedy: `a certificate that is valid now, ${new Date(now).toISOString()}` }];
}

/** The certificate, if the text is exactly one and nothing else: a pull request may have changed the file. */
function parse(pem: string): X509Certificate | undefined {
  const found = unlessOtherText<readonly X509Certificate[]>(
    () => readCertificates(pem),
    () => [],
  );
  return found.length === 1 ? found[0] : undefined;
}

function isSignedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
  } catch {
    // OpenSSL cannot read the key, so the signature is not proven.
    return false;
  }
}
