import { hostPaths } from "@metrics-link/release";
import type { PeerIdentity } from "./input.ts";
import { type Extension, extension, type Typed, typed } from "./messages.ts";
import { releaseFiles } from "./process.ts";

/** envoy.extensions.transport_sockets.tls.v3: the messages, with the fields that we set. */

/** A reference to a secret that Envoy reads from a file of its own. */
interface SdsSecret {
  readonly name: string;
  readonly sds_config: {
    readonly resource_api_version: "V3";
    readonly path_config_source: { readonly path: string };
  };
}

/** A matcher for one subject alternative name (envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher). */
interface SanMatcher {
  readonly san_type: "DNS";
  readonly matcher: { readonly safe_regex: { readonly regex: string } };
}

interface ValidationContext {
  readonly match_typed_subject_alt_names?: readonly SanMatcher[];
  readonly max_verify_depth?: number;
}

interface TlsParameters {
  readonly tls_minimum_protocol_version: "TLSv1_3";
  readonly tls_maximum_protocol_version: "TLSv1_3";
}

/** Our certificate and the peer's trust, by SDS files below `current`, which Envoy reads again when the symlink is swapped. */
interface CommonTlsContext {
  readonly tls_params: TlsParameters;
  readonly alpn_protocols: readonly string[];
  readonly tls_certificate_sds_secret_configs: readonly SdsSecret[];
  readonly combined_validation_context: {
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

/** TLS 1.3 and nothing else: an upstream context would stop at 1.2 by default. */
const tlsParameters: TlsParameters = {
  tls_minimum_protocol_version: "TLSv1_3",
  tls_maximum_protocol_version: "TLSv1_3",
};

/** Root, intermediate, leaf: one certificate between leaf and root, and one to spare for a peer's deeper hierarchy. */
const maxVerifyDepth = 2;

/** The receiver's side: a client certificate is demanded, and looked at anew on every connection. */
export const downstreamTls = (peer: PeerIdentity): Extension<DownstreamTlsContext> => mutualTls(linkContext(peer));

/**
 * The same for a listener that is not the link's: clients of one root, by their exact names.
 * @param listener whose certificate, and whose clients' roots
 */
export function serviceTls(listener: string, dnsNames: readonly string[]): Extension<DownstreamTlsContext> {
  const { own, trust } = serviceFiles(listener);
  // Other scrapers than Prometheus may know HTTP/1.1 alone.
  return mutualTls(commonTlsContext(["h2", "http/1.1"], own, trust, dnsNames));
}

function mutualTls(common: CommonTlsContext): Extension<DownstreamTlsContext> {
  return extension("envoy.transport_sockets.tls", "transport_sockets.tls.v3.DownstreamTlsContext", {
    require_client_certificate: true,
    // A resumed session would carry a certificate over that has expired, or whose root has gone, meanwhile.
    disable_stateless_session_resumption: true,
    disable_stateful_session_resumption: true,
    common_tls_context: common,
  });
}

/** The sender's side. @param sni the name sent in the ClientHello; what is checked is the peer's `dnsName`. */
export function upstreamTls(peer: PeerIdentity, sni: string): Extension<UpstreamTlsContext> {
  return extension("envoy.transport_sockets.tls", "transport_sockets.tls.v3.UpstreamTlsContext", {
    sni,
    max_session_keys: 0,
    common_tls_context: linkContext(peer),
  });
}

const linkContext = (peer: PeerIdentity) => commonTlsContext(["h2"], linkLeaf, trustOf(peer.name), [peer.dnsName]);

function commonTlsContext(
  protocols: readonly string[],
  own: OwnFiles,
  trust: TrustFiles,
  dnsNames: readonly string[],
): CommonTlsContext {
  return {
    tls_params: tlsParameters,
    alpn_protocols: protocols,
    tls_certificate_sds_secret_configs: [sds(own)],
    combined_validation_context: {
      default_validation_context: {
        match_typed_subject_alt_names: dnsNames.map(exactDnsName),
        max_verify_depth: maxVerifyDepth,
      },
      validation_context_sds_secret_config: sds(trust),
    },
  };
}

/**
 * Matches the name and nothing else. Envoy's `exact` would also accept a certificate for a *wildcard* that covers the
 * name; `safe_regex` compares the text of the certificate (RE2, whole string).
 */
function exactDnsName(dnsName: string): SanMatcher {
  return { san_type: "DNS", matcher: { safe_regex: { regex: escapeRe2(dnsName) } } };
}

/** Quotes what RE2 gives a meaning to, like RE2::QuoteMeta, but leaves letters, digits, `-` and `_` readable. */
export function escapeRe2(text: string): string {
  return text.replace(/[^a-zA-Z0-9_-]/g, "\\$&");
}

interface WatchedDirectory {
  readonly path: string;
}

/** envoy.extensions.transport_sockets.tls.v3.Secret: one of the two is set. */
interface Secret {
  readonly name: string;
  readonly tls_certificate?: {
    readonly certificate_chain: { readonly filename: string };
    readonly private_key: { readonly filename: string };
    readonly watched_directory: WatchedDirectory;
  };
  readonly validation_context?: {
    readonly trusted_ca: { readonly filename: string };
    readonly watched_directory: WatchedDirectory;
  };
}

/** The content of an SDS file: a DiscoveryResponse with exactly one secret. */
export interface SecretFile {
  readonly path: string;
  readonly content: { readonly resources: readonly [Typed<Secret>] };
}

export const leafSecret = "leaf";
export const trustSecret = (peer: string) => `trusted-ca-${peer}`;

/** Envoy sees only moves, so it watches the directory in which the symlink `current` is replaced by rename(2). */
const watchedDirectory: WatchedDirectory = { path: hostPaths.base };

const underCurrent = (file: string) => ({ filename: `${hostPaths.current}/${file}` });

/** A certificate with its key: the secret's name, and where its parts lie in a release. */
interface OwnFiles {
  readonly secret: string;
  readonly file: string;
  readonly chain: string;
  readonly key: string;
}

/** The roots that a context trusts, likewise. */
interface TrustFiles {
  readonly secret: string;
  readonly file: string;
  readonly roots: string;
}

const linkLeaf: OwnFiles = {
  secret: leafSecret,
  file: releaseFiles.leafSecret,
  chain: releaseFiles.certificateChain,
  key: releaseFiles.privateKey,
};

const trustOf = (peer: string): TrustFiles => ({
  secret: trustSecret(peer),
  file: releaseFiles.trustSecret(peer),
  roots: releaseFiles.root(peer),
});

function serviceFiles(listener: string): { readonly own: OwnFiles; readonly trust: TrustFiles } {
  const files = releaseFiles.service(listener);
  return {
    own: {
      secret: `leaf-${listener}`,
      file: files.leafSecret,
      chain: files.certificateChain,
      key: files.privateKey,
    },
    trust: { secret: `clients-${listener}`, file: files.trustSecret, roots: files.roots },
  };
}

/** Our leaf with its chain and key. */
export const leafSecretFile = (): SecretFile => certificateFile(linkLeaf);

/** The root bundle of one peer, alone in its secret. */
export const trustSecretFile = (peer: string): SecretFile => rootsFile(trustOf(peer));

/** Certificate and clients' roots of a listener that is not the link's. */
export function serviceSecretFiles(listener: string): readonly SecretFile[] {
  const { own, trust } = serviceFiles(listener);
  return [certificateFile(own), rootsFile(trust)];
}

/** Chain and key are read together: a pair that does not fit is refused and the old one kept. */
const certificateFile = ({ file, secret, chain, key }: OwnFiles): SecretFile =>
  secretFile(file, {
    name: secret,
    tls_certificate: {
      certificate_chain: underCurrent(chain),
      private_key: underCurrent(key),
      watched_directory: watchedDirectory,
    },
  });

const rootsFile = ({ file, secret, roots }: TrustFiles): SecretFile =>
  secretFile(file, {
    name: secret,
    validation_context: { trusted_ca: underCurrent(roots), watched_directory: watchedDirectory },
  });

function secretFile(path: string, secret: Secret): SecretFile {
  return {
    path,
    content: { resources: [typed("envoy.extensions.transport_sockets.tls.v3.Secret", secret)] },
  };
}

function sds({ secret, file }: OwnFiles | TrustFiles): SdsSecret {
  return {
    name: secret,
    sds_config: { resource_api_version: "V3", path_config_source: { path: `${hostPaths.current}/${file}` } },
  };
}
