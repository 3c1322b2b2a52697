import { commonNames } from "@metrics-link/contract";
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { ecdsaKey } from "./private-key.ts";
import { type Issuer, signedIntermediate } from "./signed-intermediate.ts";

export interface IntermediateAuthorityArgs {
  readonly organization: string;
  readonly generation: number;
  /** A root in this state that signs now, or what a ceremony has signed; absent until it has. */
  readonly signed?: { readonly by: Issuer; readonly validityYears: number } | { readonly certificatePem: string };
}

/**
 * Signs the leaves of one account. It travels with the leaf in the handshake and is in no trust store, so an account
 * can replace it without its peer noticing. Its key never leaves the state; the request does, to be signed by a root.
 */
export class IntermediateAuthority extends pulumi.ComponentResource {
  /** PEM of a certificate request. Public. */
  readonly requestPem: pulumi.Output<string>;
  readonly publicKeyPem: pulumi.Output<string>;
  /** Secret. */
  readonly privateKeyPem: pulumi.Output<string>;
  /** Absent while it is not signed. */
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
    this.requestPem = request.certRequestPem;
    this.publicKeyPem = key.publicKeyPem;
    this.privateKeyPem = key.privateKeyPem;
    if (signed === undefined) this.certificatePem = undefined;
    else if ("certificatePem" in signed) this.certificatePem = pulumi.output(signed.certificatePem);
    else {
      this.certificatePem = signedIntermediate(
        `${name}-certificate`,
        { requestPem: request.certRequestPem, validityYears: signed.validityYears, issuer: signed.by },
        { parent: this },
      ).certPem;
    }
    this.registerOutputs({ requestPem: this.requestPem, certificatePem: this.certificatePem });
  }
}
