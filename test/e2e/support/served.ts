/** What a host serves over mutual TLS to another network, and what a machine there finds, asked by curl. */
import assert from "node:assert/strict";
import { cpSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { fingerprintOf } from "@metrics-link/contract";
import type { ClientNetwork } from "@metrics-link/sandbox/testing/client-network.ts";
import { stringify } from "yaml";
import type { Authority, Issued } from "../../support/authority.ts";
import type { ChangedConfiguration } from "./configuration.ts";
import { sandbox } from "./sandbox.ts";

export interface Asking {
  /** The client's certificate and key; none without. */
  readonly as?: Issued;
  /** Further words for curl. */
  readonly more?: readonly string[];
}

let asked = 0;

/**
 * @param folder where the certificates are put
 * @returns the status of the answer, and its body; without an answer, curl's exit code as text
 */
export async function ask(
  machine: string,
  url: string,
  folder: string,
  { as, more = [] }: Asking,
): Promise<{ readonly status: number | string; readonly body: string }> {
  asked += 1;
  const file = (ending: string, content: string) => {
    const path = join(folder, `asked-${asked}.${ending}`);
    writeFileSync(path, content, { mode: 0o600 });
    return path;
  };
  const shown = as === undefined ? [] : ["--cert", file("pem", as.pem), "--key", file("key", as.key)];
  const words = ["--silent", "--insecure", "--path-as-is", "--max-time", "5", "--write-out", "\n%{http_code}"];
  const { code, stdout } = await sandbox.world.exec(machine, ["curl", ...words, ...shown, ...more, url]);
  const end = stdout.lastIndexOf("\n");
  const status = Number(stdout.slice(end + 1));
  return { status: status === 0 ? `curl ended with ${code}` : status, body: stdout.slice(0, end) };
}

/** Where the sender serves its own metrics, another page and queries, and where it scrapes the node. */
export const servedPorts = { exporter: 9101, page: 3081, queries: 3090, node: 9100 } as const;
/** The one client, and the node that is scraped. */
export const ops = "prometheus.ops.internal";
export const nodeName = "node.shop.internal";

interface Parties {
  /** Issues the client's certificate, and that of the page. */
  readonly readers: Authority;
  /** Issues that of the node. */
  readonly targets: Authority;
  /** With the machines `node` and `scraper`. */
  readonly network: ClientNetwork;
}

/**
 * Declares in the sender's configuration that it scrapes the node with a certificate of its own, and serves three ports to the client.
 * @param folder for the files that it names
 * @returns the page's certificate, whose key is still to be set as a secret
 */
export function declareServed(
  configuration: ChangedConfiguration,
  folder: string,
  { readers, targets, network }: Parties,
): Issued {
  const write = (file: string, content: string) => writeFileSync(join(folder, file), content);
  const inRepository = (file: string) => relative(sandbox.repository, join(folder, file));
  const at = (name: string) => network.addresses[name] ?? assert.fail(name);
  const own = readers.issue("page", { names: "DNS:page.internal", usage: "serverAuth" });
  write("ops-root.pem", readers.pem);
  write("page.pem", own.pem);
  const jobs = join(folder, "jobs");
  const { scrapeConfigs = "" } = sandbox.files.section<{ scrapeConfigs?: string }>("sender", "prometheus");
  cpSync(resolve(sandbox.repository, scrapeConfigs), jobs, { recursive: true });
  const job = {
    job_name: "shop-node",
    scheme: "https",
    tls_config: {
      ca: targets.pem,
      server_name: nodeName,
      cert_file: "secrets/scrape-certificate",
      key_file: "secrets/scrape-key",
      min_version: "TLS13",
    },
    static_configs: [{ targets: [`${at("node")}:${servedPorts.node}`] }],
  };
  writeFileSync(join(jobs, "node.yaml"), stringify([job]));

  configuration.write("prometheus", { scrapeConfigs: relative(sandbox.repository, jobs), scrapeIdentity: true });
  configuration.replace("nodeExporter", {
    exposed: { ca: inRepository("ops-root.pem"), clients: [{ name: "ops", dnsName: ops }] },
  });
  configuration.replace("metricsServices", [
    {
      name: "page",
      enabled: true,
      listenAddr: `0.0.0.0:${servedPorts.page}`,
      keypairs: [{ certFile: inRepository("page.pem") }],
      caCerts: [{ file: inRepository("ops-root.pem"), fingerprints: [fingerprintOf(readers.pem)] }],
      clients: [{ name: "ops", dnsName: ops }],
      upstream: { address: "127.0.0.1:9090", path: "/metrics" },
    },
  ]);
  configuration.replace("queryServices", [
    {
      name: "ops",
      enabled: true,
      ui: true,
      listenAddr: `0.0.0.0:${servedPorts.queries}`,
      caCerts: [{ file: inRepository("ops-root.pem"), fingerprints: [fingerprintOf(readers.pem)] }],
      clients: [{ name: "grafana", dnsName: ops }],
    },
  ]);
  const accepted = "the ops team agreed";
  configuration.write("network", {
    connections: [{ id: network.connection, cidr: network.cidr, accepted }],
    targets: [{ name: "node", cidr: `${at("node")}/32`, ports: [servedPorts.node] }],
    scrapedBy: [
      {
        name: "ops",
        cidr: `${at("scraper")}/32`,
        ports: [servedPorts.exporter, servedPorts.page, servedPorts.queries],
      },
    ],
  });
  return own;
}
