import type { RateLimits, RefusalReason } from "@metrics-link/gate";
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
  readonly senders: readonly { readonly sender: string; readonly activeSeries: number; readonly rates: RateLimits }[];
}

const prefix = "metrics_link_gate";

/** The page of metrics, in Prometheus' text format. */
export function metricsOf({ requests, written, refusedSeries, faults }: Tally, moment: Moment): string {
  const gauge = (name: string, help: string, value: number) => metric(`${prefix}_${name}`, "gauge", help, [{ value }]);
  const bySender = (name: string, help: string, of: (one: Moment["senders"][number]) => number) =>
    metric(
      `${prefix}_${name}`,
      "gauge",
      help,
      moment.senders.map((one) => ({ labels: { sender: one.sender }, value: of(one) })),
    );
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
    bySender("active_series", "Series with samples within the last hour or two.", ({ activeSeries }) => activeSeries),
    bySender("active_series_limit", "How many series may be active.", ({ rates }) => rates.activeSeries),
    bySender(
      "samples_per_second_limit",
      "How many samples a second are accepted for long.",
      ({ rates }) => rates.samplesPerSecond,
    ),
    bySender(
      "new_series_per_minute_limit",
      "How many new series a minute are accepted.",
      ({ rates }) => rates.newSeriesPerMinute,
    ),
  ].join("");
}
