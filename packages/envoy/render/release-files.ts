/** The names of Envoy's files, relative to a release's directory. */
export const releaseFiles = {
  bootstrap: "envoy/bootstrap.json",
  /** The same configuration with certificates by file, for `envoy --mode validate` in the release's directory. */
  staticTwin: "envoy/static-twin.json",
  leafSecret: "envoy/sds/leaf.json",
  trustSecret: (peer: string) => `envoy/sds/trusted-ca-${peer}.json`,
  certificateChain: "tls/certificate-chain.pem",
  /** Not rendered here: the host fetches it as a secret. */
  privateKey: "tls/private-key.pem",
  root: (peer: string) => `tls/roots/${peer}.pem`,
} as const;
