import { certificates } from "../support/certificates.ts";
import { specifyRelease } from "../support/specification.ts";

specifyRelease("served-chain-is-ours", "sender", {
  "the other way round": [
    (it) =>
      it.file("tls/certificate-chain.pem", (text) =>
        text
          .split(/(?=-----BEGIN)/)
          .reverse()
          .join(""),
      ),
    /the leaf is an authority/,
  ],
  "text next to the certificates": [
    (it) => it.file("tls/certificate-chain.pem", (text) => `a comment\n${text}`),
    /tls\/certificate-chain\.pem does not consist of certificates only/,
  ],
  "the root with it": [
    (it) => it.file("tls/certificate-chain.pem", (text) => text + certificates.sender.root),
    /3 certificates instead of leaf and intermediate/,
  ],
  "the other side's chain": [
    (it) => it.file("tls/certificate-chain.pem", () => certificates.receiver.leaf + certificates.receiver.intermediate),
    /not signed by this side's own root/,
  ],
  "the other side's purpose": [
    (it) => it.file("tls/certificate-chain.pem", () => certificates.receiver.leaf + certificates.receiver.intermediate),
    /extended key usage is 1.3.6.1.5.5.7.3.1/,
  ],
});
