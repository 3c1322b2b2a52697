import { trustOf } from "../../../program/policy/support/mutate.ts";
import { certificates } from "../support/certificates.ts";
import { specifyRelease } from "../support/specification.ts";

const hidden = certificates.receiver.root.replaceAll("CERTIFICATE", "TRUSTED CERTIFICATE");

specifyRelease("client-anchor-is-pinned", "receiver", {
  "a root that is not pinned": [
    (it) => it.file("tls/roots/account-a.pem", () => certificates.receiver.root),
    /is not pinned for this peer/,
  ],
  "a hidden root next to the pinned one": [
    (it) => it.file("tls/roots/account-a.pem", (text) => text + hidden),
    /tls\/roots\/account-a\.pem does not consist of certificates only: after 1 of its certificates/,
  ],
  "an empty bundle": [(it) => it.file("tls/roots/account-a.pem", () => "\n"), /holds no certificate/],
  "a root of the system": [
    (it) =>
      it.document("envoy/sds/trusted-ca-account-a.json", (found) => {
        found.resources[0].validation_context.trusted_ca.filename = "/etc/ssl/cert.pem";
      }),
    /not a file of the release: "\/etc\/ssl\/cert\.pem"/,
  ],
  "a chain that is not checked": [
    (it) =>
      it.chain((chain) => {
        trustOf(chain).default_validation_context.trust_chain_verification = "ACCEPT_UNTRUSTED";
      }),
    /changed by trust_chain_verification/,
  ],
  "something besides certificates": [
    (it) => it.file("tls/roots/account-a.pem", (text) => text.replaceAll(" CERTIFICATE", " X509 CERTIFICATE") + text),
    /does not consist of certificates only/,
  ],
  "a secret by another name": [
    (it) =>
      it.document("envoy/sds/trusted-ca-account-a.json", (found) => {
        found.resources[0].name = "other";
      }),
    /holds 0 secrets named trusted-ca-account-a instead of one/,
  ],
});
