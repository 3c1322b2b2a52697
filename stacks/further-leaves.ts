import { type LeafPurpose, purposeFiles } from "@metrics-link/contract";
import type { SecretFile } from "@metrics-link/host";
import type { IssuedPki } from "@metrics-link/pki";
import { releaseFiles } from "@metrics-link/prometheus";
import { type Check, type HostFile, hostUsers, ownScrapeSecrets } from "@metrics-link/release";
import * as pulumi from "@pulumi/pulumi";

/** Whose group may read the chain of each leaf. It is public; the agent and the policies judge it there. */
const readers: Readonly<Record<LeafPurpose, string>> = {
  scrape: hostUsers.prometheus,
  exporter: hostUsers.nodeExporter,
  metrics: hostUsers.envoy,
  web: hostUsers.envoy,
};

const leavesOf = ({ furtherLeaves }: IssuedPki) =>
  (Object.keys(readers) as LeafPurpose[]).flatMap((purpose) => {
    const leaf = furtherLeaves[purpose];
    return leaf === undefined ? [] : [{ purpose, leaf }];
  });

/** The chains of the leaves for other purposes than the link, as files of a release. */
export const furtherChains = (pki: IssuedPki): pulumi.Output<HostFile[]> =>
  pulumi
    .all(leavesOf(pki).map(({ purpose, leaf }) => leaf.chainPem.apply((content) => ({ purpose, content }))))
    .apply((chains) =>
      chains.map(({ purpose, content }) => ({
        path: purposeFiles(purpose).certificateChain,
        content,
        mode: "0640",
        owner: "root",
        group: readers[purpose],
      })),
    );

/**
 * Their keys. Prometheus has its own, with the certificate, among the secrets that jobs name. The exporter's is in its web
 * configuration: two files would differ for a moment while the release is swapped.
 */
export const furtherKeys = (pki: IssuedPki): SecretFile[] =>
  leavesOf(pki).flatMap(({ purpose, leaf }) => {
    if (purpose === "exporter") return [];
    if (purpose !== "scrape") return [closed(purposeFiles(purpose).privateKey, readers[purpose], leaf.privateKeyPem)];
    const user = readers[purpose];
    return [
      closed(releaseFiles.scrapeSecret(ownScrapeSecrets.certificate), user, leaf.chainPem),
      closed(releaseFiles.scrapeSecret(ownScrapeSecrets.key), user, leaf.privateKeyPem),
    ];
  });

/** Each chain leads to this side's root, and each key that is a file is the chain's. The metrics of the agent tell when each ends. */
export const furtherChecks = (pki: IssuedPki, root: string): Check[] =>
  leavesOf(pki).flatMap(({ purpose }) => {
    const certificate = purposeFiles(purpose).certificateChain;
    const chain: Check = { kind: "chain", certificate, root };
    if (purpose === "exporter") return [chain];
    const key =
      purpose === "scrape" ? releaseFiles.scrapeSecret(ownScrapeSecrets.key) : purposeFiles(purpose).privateKey;
    return [{ kind: "keyPair", certificate, key }, chain];
  });

const closed = (path: string, user: string, value: pulumi.Input<string>): SecretFile => ({
  path,
  mode: "0400",
  owner: user,
  group: user,
  value,
});
