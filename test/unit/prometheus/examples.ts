import { renderReceiver, renderSender } from "@metrics-link/prometheus";

const externalLabels = { account: "111111111111", role: "sender" };

export const sender = () => renderSender({ scrapeInterval: "15s", externalLabels, linked: true });

/** Before the receiver has a `contract` output. */
export const senderAlone = () => renderSender({ scrapeInterval: "15s", externalLabels, linked: false });

/** With all that a user can add or change. */
export const senderOfUser = () =>
  renderSender({
    scrapeInterval: "1s",
    externalLabels,
    linked: true,
    remoteWrite: { maxShards: 100, minShards: 2, maxSamplesPerSend: 5000, batchSendDeadline: "2s", capacity: 20_000 },
    scrapeConfigs: [
      {
        job_name: "shop",
        scheme: "https",
        static_configs: [{ targets: ["shop.internal:8443"], labels: { team: "shop" } }],
        relabel_configs: [{ source_labels: ["__address__"], target_label: "instance" }],
      },
    ],
    ruleFiles: [
      {
        name: "shop.yml",
        content: "groups:\n  - name: shop\n    rules:\n      - record: shop:up\n        expr: sum(up{job='shop'})\n",
      },
    ],
  });

export const receiver = () =>
  renderReceiver({
    scrapeInterval: "15s",
    externalLabels: { role: "receiver" },
    outOfOrderTimeWindow: "24h",
    senders: ["account-a"],
  });

export const examples = {
  sender,
  "sender-alone": senderAlone,
  "sender-of-user": senderOfUser,
  receiver,
} as const;
