import type { Ask, Sources } from "@metrics-link/console";

export const now = 1_800_000_000;
const day = 86_400;

interface Series {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What a Prometheus knows: the series of an expression, by a part of its text; the alerts; or nothing, with a reason. */
export interface Known {
  readonly series?: Readonly<Record<string, readonly Series[]>>;
  readonly alerts?: readonly { readonly labels: object; readonly annotations: object; readonly state: string }[];
  /** For how long its lines are silent before the end, in seconds. */
  readonly silent?: number;
  readonly fails?: string;
}

const sender = { link_side: "sends", account: "111" };
const receiver = { link_side: "receives" };

/** A link in health, as the receiver's Prometheus knows it. */
const healthy: Readonly<Record<string, readonly Series[]>> = {
  prometheus_target_interval_length_seconds_count: [{ labels: { interval: "1s" }, value: 7 }],
  "timestamp(up": [{ labels: { ...sender, job: "prometheus", instance: "127.0.0.1:9090" }, value: now - 1 }],
  // What rules record has no side.
  "metrics_link:link_lag:seconds": [{ labels: { account: "111" }, value: 1.5 }],
  metrics_link_repair_vouched_until_timestamp_seconds: [{ labels: sender, value: now - 40 }],
  metrics_link_agent_release_info: [
    { labels: { ...sender, release: "25a473f2c79e0000" }, value: 1 },
    { labels: { ...receiver, release: "2e308a5f68750000" }, value: 1 },
  ],
  "metrics_link_agent_outcome ==": [
    { labels: { ...sender, outcome: "converged" }, value: 1 },
    { labels: { ...receiver, outcome: "converged" }, value: 1 },
  ],
  metrics_link_agent_last_run_timestamp_seconds: [
    { labels: sender, value: now - 30 },
    { labels: receiver, value: now - 20 },
  ],
  metrics_link_certificate_not_after_timestamp_seconds: [
    { labels: { ...sender, tier: "leaf" }, value: now + 29 * day },
    { labels: { ...receiver, tier: "root" }, value: now + 3650 * day },
  ],
};

/** A Prometheus that answers from memory; any expression that it does not know has one series. */
export const fake =
  ({ series = {}, alerts = [], silent = 0, fails }: Known = {}): Ask =>
  async (path, parameters) => {
    if (fails !== undefined) throw new Error(fails);
    if (path === "alerts") return { alerts };
    const { query = "", start, end, step } = parameters;
    const known = Object.entries({ ...healthy, ...series }).find(([part]) => query.includes(part))?.[1];
    if (path === "query") {
      const result = (known ?? []).map(({ labels = {}, value }) => ({ metric: labels, value: [now, `${value}`] }));
      return { result };
    }
    const count = Math.max(0, Math.floor((Number(end) - silent - Number(start)) / Number(step)) + 1);
    const result = (known ?? [{ labels: {}, value: 1 }]).map(({ labels = {}, value }) => ({
      metric: labels,
      values: Array.from({ length: count }, (_, index) => [Number(start) + index * Number(step), `${value}`]),
    }));
    return { result: result.filter(({ values }) => values.length > 0) };
  };

/** The receiver alone, or both sides. */
export const sources = (receiver: Known = {}, own?: Known): Sources => ({
  receiver: fake(receiver),
  ...(own && { sender: { ask: fake(own), externalLabels: { account: "111" } } }),
});
