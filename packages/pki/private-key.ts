import type * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";

/**
 * An ECDSA key on P-256. The curve is said out loud: the provider's default is P-224, which BoringSSL, and so Envoy,
 * refuses.
 */
export function ecdsaKey(name: string, options: pulumi.CustomResourceOptions): tls.PrivateKey {
  return new tls.PrivateKey(name, { algorithm: "ECDSA", ecdsaCurve: "P256" }, options);
}
