import { tlsOf } from "../../../program/policy/support/mutate.ts";
import { certificates } from "../support/certificates.ts";
import { specifyRelease } from "../support/specification.ts";

specifyRelease("server-anchor-is-pinned", "sender", {
  "a root that is not pinned": [
    (it) => it.file("tls/roots/receiver.pem", () => certificates.sender.root),
    /is not pinned for this peer/,
  ],
  "a hidden root next to the pinned one": [
    (it) => it.file("tls/roots/receiver.pem", (text) => text + text.replaceAll("CERTIFICATE", "X509 CERTIFICATE")),
    /tls\/roots\/receiver\.pem does not consist of certificates only: after 1 of its certificates/,
  ],
  "no trust at all": [
    (it) =>
      it.cluster((cluster) => {
        delete tlsOf(cluster).common_tls_context.combined_validation_context;
      }),
    /its roots are not a file of the release: not set/,
  ],
});
