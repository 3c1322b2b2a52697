import { tlsOf } from "../../../program/policy/support/mutate.ts";
import { specifyRelease } from "../support/specification.ts";

specifyRelease("server-tls-13-only", "sender", {
  "a lower minimum": [
    (it) =>
      it.cluster((cluster) => {
        tlsOf(cluster).common_tls_context.tls_params.tls_minimum_protocol_version = "TLSv1_2";
      }),
    /minimum TLS version is TLSv1_2/,
  ],
  "no parameters": [
    (it) =>
      it.cluster((cluster) => {
        delete tlsOf(cluster).common_tls_context.tls_params;
      }),
    /maximum TLS version is not set/,
  ],
});
