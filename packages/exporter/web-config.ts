/** What an exporter's web configuration is made from (exporter-toolkit, docs/web-configuration.md). */
export interface WebConfigInput {
  /** PEM of the exporter's own certificate and of its intermediate. */
  readonly certificateChain: string;
  /** PEM, secret. */
  readonly privateKey: string;
  /** PEM of the root that issues the clients' certificates. */
  readonly clientAuthority: string;
  /** DNS names of which a client's certificate must have one, as text. */
  readonly clientNames: readonly string[];
  /** Name → bcrypt hash; with any, each request must have a user's password besides. */
  readonly users?: Readonly<Record<string, string>>;
  readonly rate?: { readonly interval: string; readonly burst: number } | undefined;
}

/**
 * The web configuration of an exporter that answers over TLS 1.3 to named clients alone.
 *
 * Certificate and key are in this one file. The exporter reads it again for each connection, and two files beside it by two
 * reads, between which a release may be swapped: then the key is not the certificate's, and the handshake fails.
 */
export function webConfig(input: WebConfigInput) {
  const { users = {}, rate } = input;
  return {
    tls_server_config: {
      cert: input.certificateChain,
      key: input.privateKey,
      client_ca: input.clientAuthority,
      // The others let in who shows no certificate, or one of any authority.
      client_auth_type: "RequireAndVerifyClientCert",
      client_allowed_sans: [...input.clientNames],
      min_version: "TLS13",
    },
    // A scrape is one request at a time.
    http_server_config: { http2: false },
    ...(Object.keys(users).length === 0 ? {} : { basic_auth_users: { ...users } }),
    ...(rate === undefined ? {} : { rate_limit: { interval: rate.interval, burst: rate.burst } }),
  };
}

/** Its text: JSON, which is YAML too, and has one spelling of each value. */
export const webConfigText = (input: WebConfigInput): string => `${JSON.stringify(webConfig(input), undefined, 2)}\n`;
