import type { X509Certificate } from "node:crypto";
import { commonNames, fingerprintsOf, isNamed, LinkError } from "@metrics-link/contract";
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { yearsInHours } from "./lifetimes.ts";

/**
 * An ECDSA key on P-256. The curve is explicit because the provider's default is P-224, which BoringSSL, and so Envoy,
 * rejects.
 */
export function ecdsaKey(name: string, options: pulumi.CustomResourceOptions): tls.PrivateKey {
  return new tls.PrivateKey(name, { algorithm: "ECDSA", ecdsaCurve: "P256" }, options);
}

/**
 * The PEM of a certificate, request or key that this update has. Of a new resource that `--target` or `--exclude` leaves
 * out, Pulumi's engine creates nothing and returns no such property.
 * @throws LinkError `UPDATE_PARTIAL` naming the resource
 */
export const present = (name: string, pem: pulumi.Output<string>): pulumi.Output<string> =>
  pem.apply((text: string | undefined) => {
    if (text !== undefined) return text;
    throw new LinkError("UPDATE_PARTIAL", {
      what: `${name} does not exist yet, and --target or --exclude leaves it out of this update`,
    });
  });

export interface RootAuthorityArgs {
  readonly organization: string;
  readonly validityYears: number;
  /** Counted from 1. A new generation is a new component beside the old one, so that peers can trust both at once. */
  readonly generation: number;
}

/**
 * The trust anchor of one account (RFC 5280 section 6.1.1 d). The peer pins its fingerprint. It signs only intermediates: a
 * path length of 1 allows one level of authorities below it (RFC 5280 section 4.2.1.9).
 */
export class RootAuthority extends pulumi.ComponentResource {
  readonly certificatePem: pulumi.Output<string>;
  /** Secret. An argument of intermediates; no stack outputs it. */
  readonly privateKeyPem: pulumi.Output<string>;
  /** SHA-256 of the DER, as `openssl x509 -fingerprint -sha256` prints it. */
  readonly fingerprints: pulumi.Output<string[]>;

  constructor(name: string, args: RootAuthorityArgs, options: pulumi.ComponentResourceOptions = {}) {
    super("metrics-link:pki:RootAuthority", name, {}, options);
    const key = ecdsaKey(`${name}-key`, { parent: this });
    const certificate = new tls.SelfSignedCert(
      `${name}-certificate`,
      {
        privateKeyPem: key.privateKeyPem,
        subject: {
          organization: args.organization,
          commonName: commonNames.root(args.organization, args.generation),
        },
        isCaCertificate: true,
        maxPathLength: 1,
        allowedUses: ["cert_signing", "crl_signing"],
        setSubjectKeyId: true,
        validityPeriodHours: yearsInHours(args.validityYears),
        // No automatic renewal: it would cut the link until every peer had pinned the new root.
        earlyRenewalHours: 0,
      },
      { parent: this },
    );
    this.certificatePem = present(name, certificate.certPem);
    this.privateKeyPem = key.privateKeyPem;
    this.fingerprints = this.certificatePem.apply(fingerprintsOf);
    this.registerOutputs({ certificatePem: this.certificatePem, fingerprints: this.fingerprints });
  }
}

const [hourMs, dayHours] = [3_600_000, 24];
/**
 * Whether a root in this state stays as it is with these arguments. The provider makes another one for another subject or
 * validity, whatever its generation.
 */
export function isRootOf(certificate: X509Certificate, args: RootAuthorityArgs): boolean {
  const { validFromDate, validToDate } = certificate;
  const commonName = commonNames.root(args.organization, args.generation);
  const hours = (validToDate.getTime() - validFromDate.getTime()) / hourMs;
  return (
    isNamed(certificate, args.organization, commonName) && Math.abs(hours - yearsInHours(args.validityYears)) < dayHours
  );
}

/** What signs: a certificate and its secret key. */
export interface Issuer {
  readonly certificatePem: pulumi.Input<string>;
  readonly privateKeyPem: pulumi.Input<string>;
}

export interface SignedIntermediateArgs {
  readonly requestPem: pulumi.Input<string>;
  readonly validityYears: number;
  readonly issuer: Issuer;
}

/** A root signs an intermediate's request, in the same way in a trial's own state and in a ceremony. */
export function signedIntermediate(
  name: string,
  { requestPem, validityYears, issuer }: SignedIntermediateArgs,
  options: pulumi.CustomResourceOptions,
): tls.LocallySignedCert {
  return new tls.LocallySignedCert(
    name,
    {
      certRequestPem: requestPem,
      caCertPem: issuer.certificatePem,
      caPrivateKeyPem: issuer.privateKeyPem,
      isCaCertificate: true,
      // No authority below. The provider writes no path length for 0; the root's path length of 1 has the same effect.
      maxPathLength: 0,
      allowedUses: ["cert_signing", "crl_signing"],
      setSubjectKeyId: true,
      validityPeriodHours: yearsInHours(validityYears),
      // A person rotates it deliberately; an update must not do it as a side effect.
      earlyRenewalHours: 0,
    },
    options,
  );
}

export interface IntermediateAuthorityArgs {
  readonly organization: string;
  readonly generation: number;
  /** A root in this state that signs now, or the certificate from a ceremony; absent before the ceremony. */
  readonly signed?: { readonly by: Issuer; readonly validityYears: number } | { readonly certificatePem: string };
}

/**
 * Signs the leaves of one account. Envoy sends it with the leaf in the handshake, and it is in no trust store, so an account
 * can replace it without its peer. Its key never leaves the state; only the request does, for a root to sign.
 */
export class IntermediateAuthority extends pulumi.ComponentResource {
  /** PEM of a certificate request. Public. */
  readonly requestPem: pulumi.Output<string>;
  readonly publicKeyPem: pulumi.Output<string>;
  /** Secret. */
  readonly privateKeyPem: pulumi.Output<string>;
  /** Undefined while it is not signed. */
  readonly certificatePem: pulumi.Output<string> | undefined;

  constructor(name: string, args: IntermediateAuthorityArgs, options: pulumi.ComponentResourceOptions = {}) {
    super("metrics-link:pki:IntermediateAuthority", name, {}, options);
    const { organization, generation, signed } = args;
    const key = ecdsaKey(`${name}-key`, { parent: this });
    const request = new tls.CertRequest(
      `${name}-request`,
      {
        privateKeyPem: key.privateKeyPem,
        subject: { organization, commonName: commonNames.intermediate(organization, generation) },
      },
      { parent: this },
    );
    this.requestPem = present(name, request.certRequestPem);
    this.publicKeyPem = present(name, key.publicKeyPem);
    this.privateKeyPem = key.privateKeyPem;
    if (signed === undefined) this.certificatePem = undefined;
    else if ("certificatePem" in signed) this.certificatePem = pulumi.output(signed.certificatePem);
    else {
      const { certPem } = signedIntermediate(
        `${name}-certificate`,
        { requestPem: request.certRequestPem, validityYears: signed.validityYears, issuer: signed.by },
        { parent: this },
      );
      this.certificatePem = present(name, certPem);
    }
    this.registerOutputs({ requestPem: this.requestPem, certificatePem: this.certificatePem });
  }
}
