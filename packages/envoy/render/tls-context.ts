/** envoy.extensions.transport_sockets.tls.v3: the messages, with the fields that we set. */

/** A certificate by file. */
export interface FileCertificate {
  readonly certificate_chain: { readonly filename: string };
  readonly private_key: { readonly filename: string };
}

/** A reference to a secret that Envoy reads from a file of its own. */
export interface SdsSecret {
  readonly name: string;
  readonly sds_config: {
    readonly resource_api_version: "V3";
    readonly path_config_source: { readonly path: string };
  };
}

/** A matcher for one subject alternative name (envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher). */
export interface SanMatcher {
  readonly san_type: "DNS";
  readonly matcher: { readonly safe_regex: { readonly regex: string } };
}

export interface ValidationContext {
  readonly trusted_ca?: { readonly filename: string };
  readonly match_typed_subject_alt_names?: readonly SanMatcher[];
  readonly max_verify_depth?: number;
}

export interface TlsParameters {
  readonly tls_minimum_protocol_version: "TLSv1_3";
  readonly tls_maximum_protocol_version: "TLSv1_3";
}

/** Our certificate and the peer's trust, either by SDS (hot swap) or by file (the static twin). */
export interface CommonTlsContext {
  readonly tls_params: TlsParameters;
  readonly alpn_protocols: readonly string[];
  readonly tls_certificates?: readonly FileCertificate[];
  readonly tls_certificate_sds_secret_configs?: readonly SdsSecret[];
  readonly validation_context?: ValidationContext;
  readonly combined_validation_context?: {
    readonly default_validation_context: ValidationContext;
    readonly validation_context_sds_secret_config: SdsSecret;
  };
}

export interface DownstreamTlsContext {
  readonly require_client_certificate: boolean;
  readonly disable_stateless_session_resumption: boolean;
  readonly disable_stateful_session_resumption: boolean;
  readonly common_tls_context: CommonTlsContext;
}

export interface UpstreamTlsContext {
  readonly sni: string;
  readonly max_session_keys: number;
  readonly common_tls_context: CommonTlsContext;
}
