import { purposeFiles } from "@metrics-link/contract";

/** The names of Envoy's files, relative to a release's directory. */
export const releaseFiles = {
  bootstrap: "envoy/bootstrap.json",
  /** A receiver's public listener. Envoy reads it when a release comes into force, so senders come and go without a restart. */
  ingest: "envoy/lds/ingest.json",
  leafSecret: "envoy/sds/leaf.json",
  trustSecret: (peer: string) => `envoy/sds/trusted-ca-${peer}.json`,
  certificateChain: "tls/certificate-chain.pem",
  /** Not rendered: the host fetches it from Secrets Manager. */
  privateKey: "tls/private-key.pem",
  root: (peer: string) => `tls/roots/${peer}.pem`,
  /** Of a listener that is not the link's: its own certificate with key, and the roots of its clients. */
  service: (listener: string) => ({
    leafSecret: `envoy/sds/leaf-${listener}.json`,
    trustSecret: `envoy/sds/clients-${listener}.json`,
    /** Of a metrics service its own; all query services show the account's leaf for readers. The key is not rendered, like the link's. */
    ...(listener.startsWith("queries-")
      ? purposeFiles("web")
      : {
          certificateChain: `tls/services/${listener}/certificate-chain.pem`,
          privateKey: `tls/services/${listener}/private-key.pem`,
        }),
    roots: `tls/services/${listener}/roots.pem`,
  }),
} as const;

/**
 * Envoy's command line, without the program's own name.
 * @param configPath absolute path of `releaseFiles.bootstrap` below the release in force
 * @param accessLogFlushMilliseconds how long a line of the access log may wait in memory
 */
export function envoyFlags(configPath: string, accessLogFlushMilliseconds = 1000): string[] {
  return [
    "--config-path",
    configPath,
    // Two are plenty for one link; Envoy's default is one per core, each with its own upstream connections.
    "--concurrency",
    "2",
    // An unknown field in a file of LDS or SDS is a bug of ours and must not be skipped.
    "--reject-unknown-dynamic-fields",
    // The access log is an audit trail: the default of ten seconds is too much to lose in a crash.
    "--file-flush-interval-msec",
    String(accessLogFlushMilliseconds),
    // How long a filter chain that is gone still serves its open connections: a sender may be gone because it is suspended.
    // Requests that this cuts off are sent again. When the unit stops, drain-envoy.sh waits, not Envoy.
    "--drain-time-s",
    "1",
    "--disable-hot-restart",
  ];
}

/** Validates the static twin of a release before that becomes current; run in the release's directory, to which its paths are relative. */
export function validateFlags(configPath: string): string[] {
  return ["--mode", "validate", "--config-path", configPath];
}
