import { readFileSync } from "node:fs";
import type { ExporterFile } from "@metrics-link/config";
import { webConfigText } from "@metrics-link/exporter";
import { exporterUnit } from "@metrics-link/host";

/** A file of a bundle, by its path in it. */
export interface BundleFile {
  readonly path: string;
  readonly content: string;
}

/** What the exporter shows and whom it admits, as PEM. */
export interface Certificates {
  readonly chain: string;
  readonly clientAuthority: string;
}

/** Where the bundle lies on the machine. */
const home = "/etc/metrics-link-exporter";

/** A script of this folder as a file of the bundle. */
const script = (path: string): BundleFile => ({
  path,
  content: readFileSync(new URL(`./${path}`, import.meta.url), "utf8"),
});

/** Everything but the private key: the web configuration without it, a unit, a check, and what to do with them. */
export function bundleOf({ exporter }: ExporterFile, certificates: Certificates): readonly BundleFile[] {
  const { program, port, clients, rate, scrapedFrom } = exporter;
  const template = webConfigText({
    certificateChain: certificates.chain,
    privateKey: "private-key.pem",
    clientAuthority: certificates.clientAuthority,
    clientNames: clients.map(({ dnsName }) => dnsName),
    rate,
  });
  const unit = exporterUnit({ program, options: exporter.arguments, port, webConfig: `${home}/web.json`, scrapedFrom });
  return [
    { path: "web.template.json", content: template },
    script("put-together.sh"),
    script("check.sh"),
    { path: "metrics-link-exporter.service", content: unit },
    { path: "README.md", content: readme(program, port) },
  ];
}

const readme = (program: string, port: number) => `# An exporter for named clients

It answers over TLS 1.3 on port ${port}, to clients with a certificate of one root and one of the names in \`web.template.json\`. As root:

1. Once: a user and a group \`node-exporter\` without a shell, and the exporter as ${program}.
2. Copy this folder to ${home}, owned by root:node-exporter, mode 0750.
3. Put the private key into \`private-key.pem\` there, owned by node-exporter, mode 0400. If clients need a password besides, put a line of
   \`htpasswd -nBC 12 NAME\` for each into \`users\`, owned by root, mode 0400.
4. \`${home}/put-together.sh\`
5. Once, and when the unit has changed: copy metrics-link-exporter.service to /etc/systemd/system, \`systemctl daemon-reload\`,
   \`systemctl enable metrics-link-exporter\`, \`systemctl restart metrics-link-exporter\`. What your exporter needs besides, such as a folder to
   write, belongs into a drop-in of the unit (\`systemctl edit metrics-link-exporter\`).
6. \`${home}/check.sh ${port}\` says whether it keeps strangers out.

For another certificate, copy the new \`web.template.json\` and the new key, and do step 4: the exporter reads \`web.json\` again for each
connection, so no scrape fails. For other clients or another root step 4 restarts it, since open connections outlive a name.
`;
