import { upstreamContexts } from "../model/envoy.ts";
import { releaseRule } from "../model/release.ts";
import { onlyTls13 } from "../model/tls.ts";

export const serverTls13Only = releaseRule(
  {
    name: "server-tls-13-only",
    fence: "server identity",
    rule: "A server is met with TLS 1.3 and no other version.",
    reason:
      "Older versions show certificates in clear and know weaker key exchanges; Envoy's own default of a client stops at 1.2.",
    remedy: "Set tls_minimum_protocol_version and tls_maximum_protocol_version to TLSv1_3.",
    source: "docs/architecture.md, fence 3; RFC 8446 appendix D; RFC 9325 section 3.1.1",
  },
  function* (release) {
    for (const envoy of release.envoys) {
      for (const { where, context } of upstreamContexts(envoy ?? {})) yield* onlyTls13(where, context);
    }
  },
);
