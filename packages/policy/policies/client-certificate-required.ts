import { downstreamContexts } from "../model/envoy.ts";
import { releaseRule } from "../model/release.ts";

export const clientCertificateRequired = releaseRule(
  {
    name: "client-certificate-required",
    fence: "client identity",
    rule: "Every TLS chain that is reached from outside demands a client certificate, anew on each connection.",
    reason:
      "Without it anybody at the right address may write; a resumed session outlives the certificate it began with.",
    remedy:
      "Set require_client_certificate and both disable_stateless_ and disable_stateful_session_resumption to true.",
    source: "docs/architecture.md, fence 2; RFC 8446 sections 4.3.2 and 4.6.1",
  },
  function* (release) {
    for (const envoy of release.envoys) {
      for (const { where, context } of downstreamContexts(envoy ?? {})) {
        if (context.require_client_certificate !== true) yield `${where}: require_client_certificate is not true`;
        for (const field of ["disable_stateless_session_resumption", "disable_stateful_session_resumption"] as const) {
          if (context[field] !== true) yield `${where}: ${field} is not true`;
        }
      }
    }
  },
);
