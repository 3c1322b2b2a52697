/** `pulumi-resource-tls`: keys, certificate requests and certificates that live in the state alone. */
import { defineProvider, serveProvider } from "../rpc/index.ts";
import { certRequest, getPublicKey, locallySignedCert, privateKey, selfSignedCert } from "./resources.ts";

await serveProvider(
  defineProvider({
    name: "tls",
    version: "5.6.1",
    config: {},
    configure: () => undefined,
    resources: {
      "tls:index/privateKey:PrivateKey": privateKey,
      "tls:index/certRequest:CertRequest": certRequest,
      "tls:index/selfSignedCert:SelfSignedCert": selfSignedCert,
      "tls:index/locallySignedCert:LocallySignedCert": locallySignedCert,
    },
    invokes: { "tls:index/getPublicKey:getPublicKey": getPublicKey },
  }),
);
