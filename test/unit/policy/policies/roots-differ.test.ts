import { certificates } from "../support/certificates.ts";
import { specifyRelease } from "../support/specification.ts";

const hidden = certificates.receiver.root.replaceAll("CERTIFICATE", "X509 CERTIFICATE");

specifyRelease("roots-differ", "receiver", {
  "a hidden root in the peer's bundle": [
    (it) => it.file("tls/roots/account-a.pem", (text) => text + hidden),
    /tls\/roots\/account-a\.pem does not consist of certificates only/,
  ],
  "text next to this side's own root": [
    (it) => it.file("tls/own-root.pem", (text) => `${text}# a comment`),
    /tls\/own-root\.pem does not consist of certificates only/,
  ],
  "this side's own root in the peer's bundle": [
    (it) => it.file("tls/roots/account-a.pem", (text) => text + certificates.receiver.root),
    /holds this side's own root/,
  ],
});
