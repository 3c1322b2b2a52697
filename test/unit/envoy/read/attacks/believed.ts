import { tlsOf, trustOf } from "../../../../program/policy/support/mutate.ts";
import { type Attack, chain, downstream, envoy, receiver, trustFile } from "./attack.ts";

/** Fence 2: whose certificate is taken. */
export const believed: readonly Attack[] = [
  receiver("TLS session keys are logged", "common_tls_context.key_log", (it) =>
    it.chain((found) => {
      tlsOf(found).common_tls_context.key_log = { path: "/var/lib/metrics-link/keys" };
    }),
  ),
  receiver("keys of session tickets", `${downstream}.session_ticket_keys`, (it) =>
    it.chain((found) => {
      tlsOf(found).session_ticket_keys = { keys: [{ filename: "/etc/hostname" }] };
    }),
  ),
  receiver("an OCSP policy", `${downstream}.ocsp_staple_policy`, (it) =>
    it.chain((found) => {
      tlsOf(found).ocsp_staple_policy = "LENIENT_STAPLING";
    }),
  ),
  receiver("a custom validator", "default_validation_context.custom_validator_config", (it) =>
    it.chain((found) => {
      trustOf(found).default_validation_context.custom_validator_config = {
        name: "envoy.tls.cert_validator.spiffe",
        typed_config: {
          "@type": `${envoy}transport_sockets.tls.v3.SPIFFECertValidatorConfig`,
          trust_domains: [{ name: "a", trust_bundle: { filename: "/etc/hostname" } }],
        },
      };
    }),
  ),
  receiver("a chain of trust that is not verified", "default_validation_context.trust_chain_verification", (it) =>
    it.chain((found) => {
      trustOf(found).default_validation_context.trust_chain_verification = "ACCEPT_UNTRUSTED";
    }),
  ),
  receiver("revocation checks of leaves only", "default_validation_context.only_verify_leaf_cert_crl", (it) =>
    it.chain((found) => {
      trustOf(found).default_validation_context.only_verify_leaf_cert_crl = true;
    }),
  ),
  receiver("expired certificates", "default_validation_context.allow_expired_certificate", (it) =>
    it.chain((found) => {
      trustOf(found).default_validation_context.allow_expired_certificate = true;
    }),
  ),
  receiver("the system's authorities", "default_validation_context.system_root_certs", (it) =>
    it.chain((found) => {
      trustOf(found).default_validation_context.system_root_certs = {};
    }),
  ),
  receiver("names by the old field", "default_validation_context.match_subject_alt_names", (it) =>
    it.chain((found) => {
      trustOf(found).default_validation_context.match_subject_alt_names = [{ prefix: "" }];
    }),
  ),
  receiver("a certificate by its key", "default_validation_context.verify_certificate_spki", (it) =>
    it.chain((found) => {
      trustOf(found).default_validation_context.verify_certificate_spki = [
        "NvqYIYSbgK2vCJpQhObf77vv+bQWtc5ek5RIOwPiC9A=",
      ];
    }),
  ),
  receiver("a matcher that ignores case", "match_typed_subject_alt_names[0].matcher", (it) =>
    it.chain((found) => {
      trustOf(found).default_validation_context.match_typed_subject_alt_names[0].matcher = {
        exact: "metrics-sender.account-a.internal",
        ignore_case: true,
      };
    }),
  ),
  receiver("a name with an alternative", "match_typed_subject_alt_names", (it) =>
    it.chain((found) => {
      const [name] = trustOf(found).default_validation_context.match_typed_subject_alt_names;
      name.matcher.safe_regex.regex += "|.*";
    }),
  ),
  receiver("a client certificate that is not required", `${downstream}.require_client_certificate`, (it) =>
    it.chain((found) => {
      tlsOf(found).require_client_certificate = false;
    }),
  ),
  receiver("require_client_certificate as text", `${downstream}.require_client_certificate`, (it) =>
    it.chain((found) => {
      tlsOf(found).require_client_certificate = "true";
    }),
  ),
  receiver("certificates from a service", "common_tls_context.tls_certificate_sds_secret_configs[0].sds_config", (it) =>
    it.chain((found) => {
      tlsOf(found).common_tls_context.tls_certificate_sds_secret_configs[0].sds_config = { ads: {} };
    }),
  ),
  receiver("trust from a service", "validation_context_sds_secret_config.sds_config", (it) =>
    it.chain((found) => {
      trustOf(found).validation_context_sds_secret_config.sds_config = {
        resource_api_version: "V3",
        api_config_source: { api_type: "GRPC" },
      };
    }),
  ),
  receiver("trust from outside of the release", "validation_context_sds_secret_config.sds_config", (it) =>
    it.chain((found) => {
      trustOf(found).validation_context_sds_secret_config.sds_config.path_config_source.path = "/tmp/trusted.json";
    }),
  ),
  receiver("a trust anchor of the system in the secret", trustFile, (it) =>
    it.document(trustFile, (file) => {
      file.resources[0].validation_context.trusted_ca.filename = "/etc/ssl/certs/ca-certificates.crt";
    }),
  ),
  receiver("an anchor in the secret's own text", trustFile, (it) =>
    it.document(trustFile, (file) => {
      file.resources[0].validation_context.trusted_ca = { inline_string: "-----BEGIN CERTIFICATE-----" };
    }),
  ),
  receiver("a secret that takes a certificate by its hash", trustFile, (it) =>
    it.document(trustFile, (file) => {
      file.resources[0].validation_context.verify_certificate_hash = ["00"];
    }),
  ),
  receiver("a second secret of the name", trustFile, (it) =>
    it.document(trustFile, (file) => {
      file.resources.push(file.resources[0]);
    }),
  ),
  receiver("a transport socket of the TLS name in clear", `${chain}.transport_socket`, (it) =>
    it.chain((found) => {
      found.transport_socket.typed_config = { "@type": `${envoy}transport_sockets.raw_buffer.v3.RawBuffer` };
    }),
  ),
  receiver("TLS that starts later", `${chain}.transport_socket`, (it) =>
    it.chain((found) => {
      found.transport_socket = {
        name: "envoy.transport_sockets.starttls",
        typed_config: { "@type": `${envoy}transport_sockets.starttls.v3.StartTlsConfig` },
      };
    }),
  ),
  receiver("a PROXY protocol in the chain", `${chain}.use_proxy_proto`, (it) =>
    it.chain((found) => {
      found.use_proxy_proto = true;
    }),
  ),
  receiver("a chain discovered later", `${chain}.on_demand_configuration`, (it) =>
    it.chain((found) => {
      found.on_demand_configuration = { rebuild_timeout: "1s" };
    }),
  ),
];
