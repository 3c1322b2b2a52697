import type { X509Certificate } from "node:crypto";
import type { Configuration } from "@metrics-link/config";
import { InvalidInputError, identityName, purposeNames, subjectText } from "@metrics-link/contract";
import { stringify } from "yaml";

type QueryService = Configuration["queryServices"][number];

export interface DatasourceInput {
  readonly service: QueryService;
  readonly pki: Pick<Configuration["pki"], "dnsName" | "generations">;
  readonly scrapeInterval: string;
  /** PEM of the root of the host's account. */
  readonly rootBundle: string;
  /** Where Grafana reaches the service: `HOST:PORT`. */
  readonly address: string;
  /** PEM of the certificate that Grafana shows, with its intermediates. */
  readonly certificate: readonly X509Certificate[];
  /** The path of its private key on Grafana's machine. */
  readonly keyFile: string;
  /** Milliseconds, UTC. */
  readonly now: number;
}

/**
 * A provisioning file for Grafana (grafana.com/docs, "Provision data sources"). It asks by GET, the only method that a query service
 * takes. Grafana reads the private key from its own disk (`$__file{}`), so the file is no secret.
 * @throws InvalidInputError when the service would refuse the certificate
 */
export function datasource(input: DatasourceInput): string {
  const { service, pki, certificate } = input;
  requireNamed(input);
  const [serverName] = purposeNames("web", pki.dnsName, pki.generations.identity);
  const found = {
    apiVersion: 1,
    datasources: [
      {
        name: `Prometheus of ${identityName(pki.dnsName, pki.generations.identity)}`,
        uid: `metrics-link-${service.name}`,
        type: "prometheus",
        // Grafana's server asks, not the browser, which has no certificate.
        access: "proxy",
        url: `https://${input.address}`,
        editable: false,
        jsonData: {
          httpMethod: "GET",
          timeInterval: input.scrapeInterval,
          prometheusType: "Prometheus",
          // Rules are in source control; Grafana may show them.
          manageAlerts: true,
          allowAsRecordingRulesTarget: false,
          tlsAuth: true,
          tlsAuthWithCACert: true,
          serverName,
        },
        secureJsonData: {
          tlsCACert: input.rootBundle,
          tlsClientCert: certificate.map((one) => one.toString()).join(""),
          tlsClientKey: `$__file{${input.keyFile}}`,
        },
      },
    ],
  };
  return `# Written by npm run grafana. Grafana reads the private key from ${input.keyFile}.\n${stringify(found)}`;
}

function requireNamed({ service, certificate: [leaf], now }: DatasourceInput): void {
  const refused = (remedy: string) => {
    const problems = [{ key: "--certificate", value: leaf && subjectText(leaf), remedy }];
    return new InvalidInputError(
      "The query service would refuse this certificate",
      problems,
      "REPOSITORY_FILE_INVALID",
    );
  };
  if (leaf === undefined) throw refused("a file with Grafana's certificate first, then its intermediates");
  const names = (leaf.subjectAltName ?? "").split(", ");
  const wanted = service.clients.map(({ dnsName }) => dnsName);
  if (!wanted.some((name) => names.includes(`DNS:${name}`))) {
    throw refused(`a certificate for one of ${wanted.join(", ")} (queryServices, ${service.name}, clients)`);
  }
  if (now > leaf.validToDate.getTime()) throw refused(`one that is valid: it ended ${leaf.validToDate.toISOString()}`);
}
