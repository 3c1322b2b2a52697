/** Keys of metrics services that contradict each other: the cases of rules.test.ts about them. */
import type { Change } from "./peers-cases.ts";

const upstream = { address: "127.0.0.1:3000" };
const service = (name: string, change: Change = {}) => ({ name, upstream, ...change });
const clients = [{ name: "ops", dnsName: "prometheus.ops.internal", addresses: ["10.30.0.5"] }];
const anywhere = [{ name: "ops", dnsName: "prometheus.ops.internal" }];
const whole = {
  enabled: true,
  keypairs: [{ certFile: "monitoring/teleport.pem", keySecret: "a key" }],
  caCerts: [{ file: "monitoring/ops-root.pem", fingerprints: ["3f9ac0de".repeat(8)] }],
  clients,
};

/** A service for the network. @param addresses of its client */
export const serviceFor = (addresses: readonly string[]) =>
  service("a", { ...whole, listenAddr: "0.0.0.0:3081", clients: [{ ...clients[0], addresses }] });
const central = { name: "central", cidr: "10.10.30.0/28", ports: [3081] };

/** By the name of the rule. */
export const servicesCases = {
  servicesApart: [
    {
      change: { metricsServices: [service("a"), service("a", { listenAddr: "0.0.0.0:3081" })] },
      told: { "metricsServices[1].name": /no other service/, "metricsServices[1].listenAddr": /no other service/ },
      right: { metricsServices: [service("a"), service("b", { listenAddr: "0.0.0.0:3082" })] },
    },
    {
      change: { metricsServices: [service("a")], queryServices: [{ name: "a", listenAddr: "0.0.0.0:3081" }] },
      told: { "queryServices[0].listenAddr": /no other service/ },
      right: { metricsServices: [service("a")], queryServices: [{ name: "a" }] },
    },
  ],
  readersAreNamed: [
    {
      change: { queryServices: [{ name: "grafana", enabled: true }] },
      told: { "queryServices[0].caCerts": /file and fingerprints/, "queryServices[0].clients": /nobody could/ },
      right: { queryServices: [{ name: "grafana", enabled: true, caCerts: whole.caCerts, clients: anywhere }] },
    },
  ],
  inClearOnLoopback: [
    {
      change: { metricsServices: [service("a", { enabled: true, mtls: false, listenAddr: "0.0.0.0:3081" })] },
      told: { "metricsServices[0].listenAddr": /127\.0\.0\.1 with a port, or mtls: true/ },
      right: { metricsServices: [service("a", { enabled: true, mtls: false, listenAddr: "localhost:3081" })] },
    },
  ],
  certificatesWithMtls: [
    {
      change: { metricsServices: [service("a", { enabled: true })] },
      told: {
        "metricsServices[0].keypairs": /certFile and keySecret/,
        "metricsServices[0].caCerts": /file and fingerprints/,
        "metricsServices[0].clients": /nobody could/,
      },
      right: { metricsServices: [service("a", whole)] },
    },
    {
      change: { metricsServices: [service("a", { ...whole, clients: [] })] },
      told: { "metricsServices[0].clients": /nobody could/ },
      right: { metricsServices: [service("a", { ...whole, enabled: false, clients: [] })] },
    },
  ],
  clientsApart: [
    {
      change: { metricsServices: [service("a", { clients: [...clients, ...clients] })] },
      told: {
        "metricsServices[0].clients[1].name": /no other client/,
        "metricsServices[0].clients[1].dnsName": /no other client/,
        "metricsServices[0].clients[1].addresses": /no other client/,
      },
      right: { metricsServices: [service("a", { clients }), service("b", { clients, listenAddr: "127.0.0.1:3082" })] },
    },
  ],
  clientsAreLetIn: [
    {
      change: { metricsServices: [serviceFor(["10.10.30.5", "10.10.30.16"])], "network.scrapedBy": [central] },
      told: { "metricsServices[0].clients[0].addresses": /a range of network\.scrapedBy with port 3081/ },
      right: { metricsServices: [serviceFor(["10.10.30.5"])], "network.scrapedBy": [central] },
    },
    {
      change: { metricsServices: [serviceFor(["10.10.30.5"])] },
      told: { "metricsServices[0].clients[0].addresses": /a range of network\.scrapedBy with port 3081/ },
      right: { metricsServices: [serviceFor([])] },
    },
  ],
  ownPages: [
    {
      change: { metricsServices: [service("a", { upstream: { address: "localhost:9090", path: "/api/v1/query" } })] },
      told: { "metricsServices[0].upstream.path": /^\/metrics: / },
      right: { metricsServices: [service("a", { upstream: { address: "localhost:9090" } })] },
    },
  ],
};
