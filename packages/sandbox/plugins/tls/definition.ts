/** The tls provider: keys, certificate requests and certificates that live in the state alone. */
import { defineProvider } from "../rpc/index.ts";
import { certRequest, getPublicKey, locallySignedCert, privateKey, selfSignedCert } from "./resources.ts";

export const definition = defineProvider({
  name: "tls",
  version: "5.6.1",
  built: "bridged framework",
  config: {},
  configure: () => undefined,
  resources: {
    "tls:index/privateKey:PrivateKey": privateKey,
    "tls:index/certRequest:CertRequest": certRequest,
    "tls:index/selfSignedCert:SelfSignedCert": selfSignedCert,
    "tls:index/locallySignedCert:LocallySignedCert": locallySignedCert,
  },
  invokes: { "tls:index/getPublicKey:getPublicKey": getPublicKey },
});
