import { leafNames } from "./pki-output.ts";

/**
 * What a stack's further leaves are for, beside the link's, and the side of a handshake that each is valid for. A leaf has one
 * purpose: its name opens nothing else, whoever the peer is.
 */
export const leafPurposes = {
  /** This Prometheus shows it to what it scrapes. */
  scrape: "client",
  /** The exposed node_exporter shows it to who scrapes it. */
  exporter: "server",
  /** The metrics service shows it to who scrapes it. */
  metrics: "server",
  /** The listener for people and Grafana shows it to its readers. */
  web: "server",
} as const;

export type LeafPurpose = keyof typeof leafPurposes;

/** The first label of such a leaf's name, which no `pki.dnsName` may begin with. */
export const purposeLabel = (purpose: LeafPurpose): string => `link-${purpose}`;

/**
 * The names in the leaf for a purpose, made from the link's: `link-scrape.<dnsName>`, and from the second identity on
 * `e2.link-scrape.<dnsName>` first. Whoever is shown it compares the first one.
 */
export function purposeNames(purpose: LeafPurpose, dnsName: string, identity: number): [string, ...string[]] {
  const base = `${purposeLabel(purpose)}.${dnsName}`;
  const [first = base, ...rest] = leafNames(base, identity);
  return [first, ...rest];
}

/** Where the leaf for a purpose is in a release: the chain as a file, the key as a secret. */
export const purposeFiles = (purpose: LeafPurpose) => ({
  certificateChain: `tls/${purpose}/certificate-chain.pem`,
  privateKey: `tls/${purpose}/private-key.pem`,
});
