import {
  type MetricsService,
  type QueryService,
  renderReceiver,
  renderSender,
  renderServices,
} from "@metrics-link/envoy";

/** The receiver with one sender: the shape of the first deployment. */
export const receiverOfOne = () =>
  renderReceiver({
    nodeId: "receiver",
    senders: [{ name: "a", dnsName: "metrics-sender.account-a.internal", addresses: ["198.51.100.10"] }],
  });

/** The receiver with several senders, one of them with two addresses. */
export const receiverOfTwo = () =>
  renderReceiver({
    nodeId: "receiver",
    senders: [
      { name: "a", dnsName: "metrics-sender.account-a.internal", addresses: ["198.51.100.10", "198.51.100.11"] },
      { name: "c", dnsName: "metrics-sender.account-c.internal", addresses: ["198.51.100.20"] },
    ],
  });

/** The same, with the gate in front of Prometheus. */
export const receiverBehindGate = () =>
  renderReceiver({
    nodeId: "receiver",
    gated: true,
    senders: [
      { name: "a", dnsName: "metrics-sender.account-a.internal", addresses: ["198.51.100.10"] },
      { name: "c", dnsName: "metrics-sender.account-c.internal", addresses: ["198.51.100.20"] },
    ],
  });

export const sender = () =>
  renderSender({
    nodeId: "sender",
    receiver: {
      name: "b",
      dnsName: "metrics-ingest.account-b.internal",
      addresses: ["203.0.113.10", "203.0.113.11"],
    },
  });

/** The sender before the receiver has a `contract` output. */
const senderAlone = () => renderSender({ nodeId: "sender" });

/** A service for clients of one root: one from its own address, two from anywhere. */
const teleport: MetricsService = {
  name: "teleport",
  host: "0.0.0.0",
  port: 3081,
  clients: [
    { name: "ops", dnsName: "prometheus.ops.internal", addresses: ["10.30.0.5"] },
    { name: "team-a", dnsName: "prometheus.team-a.internal", addresses: [] },
    { name: "team-b", dnsName: "prometheus.team-b.internal", addresses: [] },
  ],
  upstream: {
    address: { socket_address: { address: "127.0.0.1", port_value: 3000 } },
    path: "/metrics",
    timeoutSeconds: 10,
  },
};

/** A service in clear, on loopback, in front of a unix socket. */
const local: MetricsService = {
  name: "local",
  host: "127.0.0.1",
  port: 3082,
  upstream: { address: { pipe: { path: "/run/app/metrics.sock" } }, path: "/-/metrics", timeoutSeconds: 5 },
};

/** What of Prometheus reads, for a Grafana at its own address and for people. */
const queries: readonly QueryService[] = [false, true].map((ui) => ({
  name: ui ? "people" : "grafana",
  host: "0.0.0.0",
  port: ui ? 3091 : 3090,
  clients: [{ name: "ops", dnsName: "grafana.ops.internal", addresses: ui ? [] : ["10.30.0.6"] }],
  queries: { ui, timeoutSeconds: 25 },
}));

/** A machine with metrics services and no link. */
export const servicesAlone = () => renderServices({ nodeId: "machine", services: [teleport, local] });

/** Query services, which stand beside a link. */
export const queriesAlone = () => renderServices({ nodeId: "machine", services: queries });

/** Either side with a metrics service besides its link. */
const receiverWithService = () =>
  renderReceiver({
    nodeId: "receiver",
    gated: true,
    senders: [{ name: "a", dnsName: "metrics-sender.account-a.internal", addresses: ["198.51.100.10"] }],
    services: [teleport, ...queries],
  });
const senderWithService = () =>
  renderSender({
    nodeId: "sender",
    receiver: { name: "b", dnsName: "metrics-ingest.account-b.internal", addresses: ["203.0.113.10"] },
    services: [teleport],
  });

export const examples = {
  "receiver-of-one": receiverOfOne,
  "receiver-of-two": receiverOfTwo,
  "receiver-behind-gate": receiverBehindGate,
  sender,
  "sender-alone": senderAlone,
  services: servicesAlone,
  "receiver-with-service": receiverWithService,
  "sender-with-service": senderWithService,
} as const;
