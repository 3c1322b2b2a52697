import { commonNames, fingerprintsOf } from "@metrics-link/contract";
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { yearsInHours } from "./lifetimes.ts";
import { ecdsaKey } from "./private-key.ts";

export interface RootAuthorityArgs {
  readonly organization: string;
  readonly validityYears: number;
  /** Counted from 1. A new generation is a new component beside the old one, so that both can be trusted at once. */
  readonly generation: number;
}

/**
 * The trust anchor of one account (RFC 5280 section 6.1.1 d). The peer pins its fingerprint; it signs intermediates
 * and nothing else: a path length of 1 allows exactly one authority below it (RFC 5280 section 4.2.1.9).
 */
export class RootAuthority extends pulumi.ComponentResource {
  readonly certificatePem: pulumi.Output<string>;
  /** Secret. Issuers below take it as an argument; it is no output of any stack. */
  readonly privateKeyPem: pulumi.Output<string>;
  /** SHA-256 over the DER, as `openssl x509 -fingerprint -sha256` prints it. */
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
        // Never by itself: a root that replaced itself would cut the link until every peer had pinned the new one.
        earlyRenewalHours: 0,
      },
      { parent: this },
    );
    this.certificatePem = certificate.certPem;
    this.privateKeyPem = key.privateKeyPem;
    this.fingerprints = certificate.certPem.apply(fingerprintsOf);
    this.registerOutputs({ certificatePem: this.certificatePem, fingerprints: this.fingerprints });
  }
}
