import { tlsOf } from "../../../program/policy/support/mutate.ts";
import { specifyRelease } from "../support/specification.ts";

specifyRelease("client-tls-13-only", "receiver", {
  "a lower minimum": [
    (it) =>
      it.chain((chain) => {
        tlsOf(chain).common_tls_context.tls_params.tls_minimum_protocol_version = "TLSv1_2";
      }),
    /minimum TLS version is TLSv1_2/,
  ],
  "no maximum": [
    (it) =>
      it.chain((chain) => {
        delete tlsOf(chain).common_tls_context.tls_params.tls_maximum_protocol_version;
      }),
    /maximum TLS version is not set/,
  ],
});
