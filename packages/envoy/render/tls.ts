import type { Material } from "./material.ts";
import type {
  CommonTlsContext,
  DownstreamTlsContext,
  SanMatcher,
  TlsParameters,
  UpstreamTlsContext,
} from "./tls-context.ts";

import { type Extension, extension } from "./typed.ts";

/** Whom to believe: the root bundle of one peer, and the one name its leaf must carry. */
export interface PeerIdentity {
  /** Names the root bundle, `tls/roots/<name>.pem`. */
  readonly name: string;
  readonly dnsName: string;
}

/** TLS 1.3 and nothing else: an upstream context would stop at 1.2 by default. */
const tlsParameters: TlsParameters = {
  tls_minimum_protocol_version: "TLSv1_3",
  tls_maximum_protocol_version: "TLSv1_3",
};

/** Root, intermediate, leaf: one certificate between leaf and root, and one to spare for a peer's deeper hierarchy. */
const maxVerifyDepth = 2;

/** The receiver's side: a client certificate is demanded, and looked at anew on every connection. */
export function downstreamTls(peer: PeerIdentity, material: Material): Extension<DownstreamTlsContext> {
  return extension("envoy.transport_sockets.tls", "transport_sockets.tls.v3.DownstreamTlsContext", {
    require_client_certificate: true,
    // A resumed session would carry a certificate over that has expired, or whose root has gone, meanwhile.
    disable_stateless_session_resumption: true,
    disable_stateful_session_resumption: true,
    common_tls_context: commonTlsContext(peer, material),
  });
}

/** The sender's side. @param sni the name sent in the ClientHello; what is checked is the peer's `dnsName`. */
export function upstreamTls(peer: PeerIdentity, sni: string, material: Material): Extension<UpstreamTlsContext> {
  return extension("envoy.transport_sockets.tls", "transport_sockets.tls.v3.UpstreamTlsContext", {
    sni,
    max_session_keys: 0,
    common_tls_context: commonTlsContext(peer, material),
  });
}

function commonTlsContext(peer: PeerIdentity, material: Material): CommonTlsContext {
  return {
    tls_params: tlsParameters,
    alpn_protocols: ["h2"],
    ...material.certificate(),
    ...material.trust(peer.name, {
      match_typed_subject_alt_names: [exactDnsName(peer.dnsName)],
      max_verify_depth: maxVerifyDepth,
    }),
  };
}

/**
 * Matches the name and nothing else. Envoy's `exact` would also accept a certificate for a *wildcard* that covers the
 * name; `safe_regex` compares the text of the certificate (RE2, whole string).
 */
export function exactDnsName(dnsName: string): SanMatcher {
  return { san_type: "DNS", matcher: { safe_regex: { regex: escapeRe2(dnsName) } } };
}

/** Quotes what RE2 gives a meaning to, like RE2::QuoteMeta, but leaves letters, digits, `-` and `_` readable. */
export function escapeRe2(text: string): string {
  return text.replace(/[^a-zA-Z0-9_-]/g, "\\$&");
}
