import type * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { yearsInHours } from "./lifetimes.ts";

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

/** A root's signature under the request of an intermediate: the same in the everyday state and in a ceremony. */
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
      // No authority below. The provider writes no path length for 0; the root's 1 says the same of the chain.
      maxPathLength: 0,
      allowedUses: ["cert_signing", "crl_signing"],
      setSubjectKeyId: true,
      validityPeriodHours: yearsInHours(validityYears),
      // Its rotation is a person's act on a weekday, not a side effect of an update.
      earlyRenewalHours: 0,
    },
    options,
  );
}
