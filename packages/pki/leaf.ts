import type { PkiOutput } from "@metrics-link/contract";
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { ecdsaKey, type Issuer, present } from "./authorities.ts";
import { daysInHours } from "./lifetimes.ts";

export interface LeafArgs {
  readonly organization: string;
  /** The subject alternative names; the peer pins exactly one of them. The first is also the common name. */
  readonly dnsNames: readonly [string, ...string[]];
  /** A leaf is valid for one side of a handshake only (extended key usage, RFC 5280 section 4.2.1.12). */
  readonly usage: "client" | "server";
  readonly validityDays: number;
  readonly issuer: Issuer;
}

/**
 * The certificate that one Envoy presents, and its key. The provider's automatic renewal is off because it would keep the
 * key. A renewal is a leaf with another name (see `renewalOf`), with a new key and a new certificate.
 */
export class Leaf extends pulumi.ComponentResource {
  /** Leaf and intermediate, in the order of RFC 8446 section 4.4.2, without the root. */
  readonly chainPem: pulumi.Output<string>;
  /** Secret, PKCS #8. */
  readonly privateKeyPem: pulumi.Output<string>;
  readonly certificatePem: pulumi.Output<string>;
  /** False while the certificate has other names, because `--target` or `--exclude` left its update out. */
  readonly hasItsNames: pulumi.Output<boolean>;
  /** RFC 3339 in UTC, so that texts compare as times do. */
  readonly notBefore: pulumi.Output<string>;
  readonly notAfter: pulumi.Output<string>;

  constructor(name: string, args: LeafArgs, options: pulumi.ComponentResourceOptions = {}) {
    super("metrics-link:pki:Leaf", name, {}, options);
    const key = ecdsaKey(`${name}-key`, { parent: this });
    const request = new tls.CertRequest(
      `${name}-request`,
      {
        privateKeyPem: key.privateKeyPem,
        subject: { organization: args.organization, commonName: commonName(args.dnsNames[0]) },
        dnsNames: [...args.dnsNames],
      },
      { parent: this },
    );
    const certificate = new tls.LocallySignedCert(
      `${name}-certificate`,
      {
        certRequestPem: request.certRequestPem,
        caCertPem: args.issuer.certificatePem,
        caPrivateKeyPem: args.issuer.privateKeyPem,
        // Envoy enforces key usage since 1.39: a TLS 1.3 leaf only signs.
        allowedUses: ["digital_signature", args.usage === "client" ? "client_auth" : "server_auth"],
        setSubjectKeyId: true,
        validityPeriodHours: daysInHours(args.validityDays),
        earlyRenewalHours: 0,
      },
      { parent: this },
    );
    this.certificatePem = present(name, certificate.certPem);
    this.chainPem = pulumi
      .all([this.certificatePem, args.issuer.certificatePem])
      .apply((certificates) => certificates.map((pem) => `${pem.trim()}\n`).join(""));
    this.privateKeyPem = key.privateKeyPemPkcs8;
    this.hasItsNames = pulumi
      .all([request.dnsNames, request.certRequestPem, certificate.certRequestPem])
      .apply(([names = [], asked, signed]) => names.join() === args.dnsNames.join() && asked === signed);
    this.notBefore = present(name, certificate.validityStartTime).apply(inUtc);
    this.notAfter = present(name, certificate.validityEndTime).apply(inUtc);
    this.registerOutputs({ chainPem: this.chainPem, notAfter: this.notAfter });
  }
}

/** The provider's time, which has nanoseconds and the zone of the machine that made the certificate. */
const inUtc = (time: string): string => new Date(time).toISOString();

/** A common name has at most 64 characters (RFC 5280 appendix A, ub-common-name). Envoy matches only the SAN. */
function commonName(dnsName: string): string {
  return dnsName.length <= 64 ? dnsName : dnsName.slice(0, dnsName.indexOf("."));
}

/**
 * Any update in the last third of a leaf's lifetime renews it: of thirty days, ten are left for an update to succeed.
 * cert-manager and step-ca also renew at two thirds.
 */
const window = 1 / 3;

/** Whether an update at `now` (milliseconds, UTC) renews the certificate. */
export function isDue({ notBefore, notAfter }: { notBefore: string; notAfter: string }, now: number): boolean {
  const [start, end] = [Date.parse(notBefore), Date.parse(notAfter)];
  return now >= end - (end - start) * window;
}

/**
 * The number of renewals of a generation's leaf, including one by this update. The names of key and certificate contain
 * generation and renewal, so a new number creates both anew.
 *
 * @param inForce the leaf of the stack's last successful update; undefined before the first
 * @param generation the configured generation
 * @param now milliseconds, UTC
 */
export function renewalOf(inForce: PkiOutput["leaf"], generation: number, now: number): number {
  if (inForce === undefined || inForce.generation !== generation) return 0;
  return isDue(inForce, now) ? inForce.renewal + 1 : inForce.renewal;
}
