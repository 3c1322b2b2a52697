import { tlsOf } from "../../../program/policy/support/mutate.ts";
import { specifyRelease } from "../support/specification.ts";

specifyRelease("client-certificate-required", "receiver", {
  "a chain that asks for no certificate": [
    (it) =>
      it.chain((chain) => {
        tlsOf(chain).require_client_certificate = false;
      }),
    /require_client_certificate is not true/,
  ],
  "sessions that can be resumed": [
    (it) =>
      it.chain((chain) => {
        delete tlsOf(chain).disable_stateful_session_resumption;
      }),
    /disable_stateful_session_resumption is not true/,
  ],
});
