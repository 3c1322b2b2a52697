import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { yearsInHours } from "./lifetimes.ts";
import { ecdsaKey } from "./private-key.ts";

/** What signs: a certificate and its secret key. */
export interface Issuer {
  readonly certificatePem: pulumi.Input<string>;
  readonly privateKeyPem: pulumi.Input<string>;
}

export interface IntermediateAuthorityArgs {
  readonly organization: string;
  readonly validityYears: number;
  readonly generation: number;
  readonly issuer: Issuer;
}

/**
 * Signs the leaves of one account. It travels with the leaf in the handshake and is in no trust store, so an account
 * can replace it without its peer noticing.
 */
export class IntermediateAuthority extends pulumi.ComponentResource {
  readonly certificatePem: pulumi.Output<string>;
  /** Secret. */
  readonly privateKeyPem: pulumi.Output<string>;

  constructor(name: string, args: IntermediateAuthorityArgs, options: pulumi.ComponentResourceOptions = {}) {
    super("metrics-link:pki:IntermediateAuthority", name, {}, options);
    const key = ecdsaKey(`${name}-key`, { parent: this });
    const request = new tls.CertRequest(
      `${name}-request`,
      {
        privateKeyPem: key.privateKeyPem,
        subject: {
          organization: args.organization,
          commonName: `${args.organization} Intermediate CA G${args.generation}`,
        },
      },
      { parent: this },
    );
    const certificate = new tls.LocallySignedCert(
      `${name}-certificate`,
      {
        certRequestPem: request.certRequestPem,
        caCertPem: args.issuer.certificatePem,
        caPrivateKeyPem: args.issuer.privateKeyPem,
        isCaCertificate: true,
        // No authority below. The provider writes no path length for 0; the root's 1 says the same of the chain.
        maxPathLength: 0,
        allowedUses: ["cert_signing", "crl_signing"],
        setSubjectKeyId: true,
        validityPeriodHours: yearsInHours(args.validityYears),
        // Its rotation is a person's act on a weekday, not a side effect of an update.
        earlyRenewalHours: 0,
      },
      { parent: this },
    );
    this.certificatePem = certificate.certPem;
    this.privateKeyPem = key.privateKeyPem;
    this.registerOutputs({ certificatePem: this.certificatePem });
  }
}
