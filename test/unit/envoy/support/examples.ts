import { renderReceiver, renderSender } from "@metrics-link/envoy";

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

export const examples = {
  "receiver-of-one": receiverOfOne,
  "receiver-of-two": receiverOfTwo,
  "receiver-behind-gate": receiverBehindGate,
  sender,
  "sender-alone": senderAlone,
} as const;
