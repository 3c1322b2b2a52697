import type { RefusalReason, SenderUse } from "@metrics-link/gate";
import { metric, type Sample } from "../common/prometheus.ts";

/** Why a request was not judged: a fault of this host, or no room. The sender tries again. */
export type Fault =
  | "sender_missing"
  | "sender_unknown"
  | "busy"
  | "cut_off"
  | "prometheus_unreachable"
  | "prometheus_slow";

/** Counts by sender and one more word. */
class Counter {
  readonly #values = new Map<string, { readonly sender: string; readonly word: string; value: number }>();

  add(sender: string, word: string, value = 1): void {
    const key = `${sender} ${word}`;
    const known = this.#values.get(key);
    if (known === undefined) this.#values.set(key, { sender, word, value });
    else known.value += value;
  }

  samples(word: string): Sample[] {
    return [...this.#values.values()].map((one) => ({
      labels: { sender: one.sender, [word]: one.word },
      value: one.value,
    }));
  }
}

/** What the gate has done since it started. Senders are those of its configuration, and `unknown`. */
export class Tally {
  readonly requests = new Counter();
  readonly written = new Counter();
  readonly refusedSeries = new Counter();
  readonly faults = new Counter();

  refuse(sender: string, reason: RefusalReason, series: number): void {
    this.refusedSeries.add(sender, reason, series);
  }

  fault(sender: string, fault: Fault): void {
    this.faults.add(sender, fault);
  }
}

/** What the metrics tell besides the tally. */
export interface Moment {
  readonly enforcing: boolean;
  readonly configurationIsGood: boolean;
  /** Milliseconds since 1970. */
  readonly configurationAt: number;
  readonly startedAt: number;
  readonly inUse: number;
  /** Resident, in bytes. */
  readonly memory: number;
  readonly senders: readonly SenderUse[];
}

/** Only shares of at least this are on the page: with a thousand senders, the small ones would be most of it. */
const leastShare = 0.5;

const prefix = "metrics_link_gate";

/** The page of metrics, in Prometheus' text format. */
export function metricsOf({ requests, written, refusedSeries, faults }: Tally, moment: Moment): string {
  const gauge = (name: string, help: string, value: number) => metric(`${prefix}_${name}`, "gauge", help, [{ value }]);
  return [
    gauge(
      "enforcing",
      "Whether requests that fail a rule or a limit are refused (1) or only counted (0).",
      moment.enforcing ? 1 : 0,
    ),
    gauge(
      "configuration_good",
      "Whether the configuration file was good when it was last read; if not, the one before is in force.",
      moment.configurationIsGood ? 1 : 0,
    ),
    gauge(
      "configuration_timestamp_seconds",
      "When the configuration in force was loaded.",
      moment.configurationAt / 1000,
    ),
    gauge("start_timestamp_seconds", "When the gate started.", moment.startedAt / 1000),
    gauge("memory_bytes", "Memory that the gate holds (resident).", moment.memory),
    gauge("requests_in_memory", "Requests that are being judged, or wait for Prometheus.", moment.inUse),
    metric(`${prefix}_requests_total`, "counter", "Requests, by the status of the answer.", requests.samples("code")),
    metric(
      `${prefix}_written_total`,
      "counter",
      "Samples, histograms and exemplars in requests that Prometheus accepted.",
      written.samples("kind"),
    ),
    metric(
      `${prefix}_refused_series_total`,
      "counter",
      "Series in requests that failed a rule or a limit, by reason; while not enforcing, they were passed on.",
      refusedSeries.samples("reason"),
    ),
    metric(
      `${prefix}_faults_total`,
      "counter",
      "Requests that the sender has to send again, through no fault of its own.",
      faults.samples("reason"),
    ),
    metric(
      `${prefix}_active_series`,
      "gauge",
      "Series with samples within the last hour or two.",
      moment.senders.map(({ sender, activeSeries }) => ({ labels: { sender }, value: activeSeries })),
    ),
    metric(
      `${prefix}_limit_used_ratio`,
      "gauge",
      `Which share of a limit a sender uses, from ${leastShare} on; of rates, in the last whole minute. At least 1 for a minute after a request above it was refused.`,
      moment.senders.flatMap(({ sender, shares }) =>
        Object.entries(shares)
          .filter(([, share]) => share >= leastShare)
          .map(([limit, value]) => ({ labels: { sender, limit }, value })),
      ),
    ),
  ].join("");
}
