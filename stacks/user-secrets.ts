import type { Configuration } from "@metrics-link/config";
import { type Rendering, releaseFiles } from "@metrics-link/prometheus";
import { hostUsers } from "@metrics-link/release";
import * as pulumi from "@pulumi/pulumi";

/**
 * The secrets of a stack's configuration as files of the host. They reach it like the leaf's key: in the host's secret,
 * never in a release. Prometheus alone can read them, and reads them whenever it uses them.
 */
export function userSecretFiles({ prometheus }: Configuration, { scrapeSecrets }: Rendering) {
  const ofJobs = scrapeSecrets.map((name) => [releaseFiles.scrapeSecret(name), prometheus.secrets[name]] as const);
  const ofAlertmanagers = prometheus.alertmanagers.flatMap(({ basicAuth, bearerToken, clientCertificate }, index) => [
    [releaseFiles.alertmanagerSecret(index), basicAuth?.password ?? bearerToken] as const,
    [releaseFiles.alertmanagerKey(index), clientCertificate?.key] as const,
  ]);
  const { prometheus: user } = hostUsers;
  return [...ofJobs, ...ofAlertmanagers].flatMap(([path, value]) =>
    value === undefined ? [] : [{ path, mode: "0400", owner: user, group: user, value: pulumi.secret(value) }],
  );
}
