import type { PkiOutput } from "@metrics-link/contract";
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { ecdsaKey, type Issuer, present } from "./authorities.ts";
import { daysInHours } from "./lifetimes.ts";

export interface LeafArgs {
  readonly organization: string;
  /** The subject alternative names; the peer pins exactly one of them. The first is also the common name. */
  readonly dnsNames: readonly [string, ...string[]];
  /** A leaf is for one side of a handshake and useless for the other (RFC 5280 section 4.2.1.12). */
  readonly usage: "client" | "server";
  readonly validityDays: number;
  readonly issuer: Issuer;
}

/**
 * The certificate that one Envoy presents, and its key. It does not renew itself: the provider would keep the key. A
 * renewal is a leaf of another name (see `renewalOf`), key and certificate new.
 */
export class Leaf extends pulumi.ComponentResource {
  /** Leaf and intermediate, in the order that RFC 8446 section 4.4.2 asks for; the root stays at home. */
  readonly chainPem: pulumi.Output<string>;
  /** Secret, PKCS #8. */
  readonly privateKeyPem: pulumi.Output<string>;
  readonly certificatePem: pulumi.Output<string>;
  /** False while the certificate has other names, because `--target` or `--exclude` left its update out. */
  readonly hasItsNames: pulumi.Output<boolean>;
  /** RFC 3339, UTC. */
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
        // Envoy enforces key usage since 1.39: a TLS 1.3 leaf signs, and does nothing else.
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
    this.notBefore = certificate.validityStartTime;
    this.notAfter = certificate.validityEndTime;
    this.registerOutputs({ chainPem: this.chainPem, notAfter: this.notAfter });
  }
}

/** A common name has at most 64 characters (RFC 5280 appendix A, ub-common-name); who matches looks at the SAN. */
function commonName(dnsName: string): string {
  return dnsName.length <= 64 ? dnsName : dnsName.slice(0, dnsName.indexOf("."));
}

/**
 * The last third of a leaf's lifetime, in which any update renews it: ten days of thirty for an update to succeed.
 * cert-manager and step-ca renew at two thirds too.
 */
const window = 1 / 3;

/** Whether a certificate is in the time in which an update renews it, or past it. Times in milliseconds, UTC. */
export function isDue({ notBefore, notAfter }: { notBefore: string; notAfter: string }, now: number): boolean {
  const [start, end] = [Date.parse(notBefore), Date.parse(notAfter)];
  return now >= end - (end - start) * window;
}

/**
 * How often the leaf of a generation has been renewed, counted on when this update is to renew it: key and certificate
 * are named by generation and renewal, so another number makes both anew.
 *
 * @param inForce the leaf that the stack's last successful update left; undefined before the first
 * @param generation the one that the configuration wants
 */
export function renewalOf(inForce: PkiOutput["leaf"], generation: number, now: number): number {
  if (inForce === undefined || inForce.generation !== generation) return 0;
  return isDue(inForce, now) ? inForce.renewal + 1 : inForce.renewal;
}
