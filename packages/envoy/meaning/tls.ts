import type { CommonTlsContext, DownstreamTlsContext, SanMatcher, UpstreamTlsContext } from "../tls-context.ts";
import { type Finding, findingsOf, type Unchecked } from "./finding.ts";

type ValidationSettings = Unchecked<NonNullable<CommonTlsContext["validation_context"]>> & {
  readonly trust_chain_verification?: unknown;
  readonly allow_expired_certificate?: unknown;
};

/** A server demands a certificate, anew on every connection, and knows whose. */
export function checkDownstream(where: string, context: Unchecked<DownstreamTlsContext> | undefined): Finding[] {
  return [
    ...findingsOf("client-certificate", where)(
      [context?.require_client_certificate !== true, "require_client_certificate is not true: anyone may connect"],
      [
        context?.disable_stateless_session_resumption !== true || context?.disable_stateful_session_resumption !== true,
        "sessions can be resumed: an expired certificate would live on in them",
      ],
    ),
    ...checkCommon(where, context?.common_tls_context),
  ];
}

/** A client says whom it wants, and knows whom it met. */
export function checkUpstream(where: string, context: Unchecked<UpstreamTlsContext> | undefined): Finding[] {
  return [
    ...findingsOf("server-name", where)([!context?.sni, "no sni"]),
    ...checkCommon(where, context?.common_tls_context),
  ];
}

function checkCommon(where: string, context: Unchecked<CommonTlsContext> | undefined): Finding[] {
  const { tls_minimum_protocol_version: minimum, tls_maximum_protocol_version: maximum } = context?.tls_params ?? {};
  const combined = context?.combined_validation_context;
  const validation: ValidationSettings | undefined =
    combined?.default_validation_context ?? context?.validation_context;
  const trusts =
    combined === undefined
      ? Boolean(validation?.trusted_ca?.filename)
      : Boolean(combined.validation_context_sds_secret_config?.name);
  const certificates =
    (context?.tls_certificates?.length ?? 0) + (context?.tls_certificate_sds_secret_configs?.length ?? 0);
  return [
    ...findingsOf("tls-version", where)(
      [minimum !== "TLSv1_3", `the minimum TLS version is ${minimum ?? "not set"} instead of TLSv1_3`],
      [maximum !== "TLSv1_3", `the maximum TLS version is ${maximum ?? "not set"} instead of TLSv1_3`],
    ),
    ...findingsOf("own-certificate", where)([certificates !== 1, `${certificates} certificates instead of one`]),
    ...findingsOf("trust-anchor", where)(
      [!trusts, "no trusted_ca: every certificate is believed"],
      [
        (validation?.trust_chain_verification ?? "VERIFY_TRUST_CHAIN") !== "VERIFY_TRUST_CHAIN",
        "trust_chain_verification is turned off",
      ],
      [validation?.allow_expired_certificate === true, "expired certificates are allowed"],
    ),
    ...checkNames(where, validation?.match_typed_subject_alt_names ?? []),
  ];
}

function checkNames(where: string, matchers: readonly Unchecked<SanMatcher>[]): readonly Finding[] {
  return findingsOf("peer-name", where)(
    [matchers.length !== 1, `${matchers.length} names are accepted instead of exactly one`],
    ...matchers.map(
      (matcher) =>
        [
          matcher.san_type !== "DNS" || !isOneName(matcher.matcher?.safe_regex?.regex),
          `the name is not one literal DNS name as safe_regex: ${JSON.stringify(matcher)}`,
        ] as const,
    ),
  );
}

/** An expression in which every character but letters, digits and `-` is quoted, so that it matches one text only. */
function isOneName(regex: string | undefined): boolean {
  return regex !== undefined && /^([a-z0-9-]|\\\.)+$/.test(regex);
}
