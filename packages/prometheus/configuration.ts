import { InvalidInputError } from "@metrics-link/contract";
import type { AlertmanagerConfig } from "./alertmanagers.ts";

/** A Prometheus duration of one unit, such as "15s" or "2h". */
export type Duration = string;

export type Labels = Readonly<Record<string, string>>;

/**
 * One entry of `scrape_configs`. Ours use only these fields; `judgedScrapeFiles` says which a user's may have, and promtool
 * checks them before anything is published.
 */
export interface ScrapeConfig {
  readonly job_name: string;
  readonly metrics_path?: string;
  readonly scrape_interval?: string;
  readonly static_configs?: readonly { readonly targets: readonly string[]; readonly labels?: Labels }[];
  readonly [field: string]: unknown;
}

/** The targets of a job, as it writes them. */
export const targetsOf = ({ static_configs = [] }: ScrapeConfig): readonly string[] =>
  static_configs.flatMap(({ targets }) => targets);

/** The queue's settings, each as in the documentation of `queue_config`. */
interface QueueConfig {
  readonly capacity: number;
  readonly max_shards: number;
  readonly min_shards?: number;
  readonly max_samples_per_send: number;
  readonly batch_send_deadline?: Duration;
  readonly min_backoff: Duration;
  readonly max_backoff: Duration;
  readonly retry_on_http_429: boolean;
}

/** One step of relabelling (Prometheus, `relabel_config`); without a source it sets its target. Action: replace. */
export interface RelabelRule {
  readonly source_labels?: readonly string[];
  /** RE2, and it has to match the whole value. */
  readonly regex?: string;
  readonly target_label: string;
  /** `$1` is the regex's first group. A label with an empty value is removed. */
  readonly replacement?: string;
}

export interface RemoteWrite {
  readonly name: string;
  readonly url: string;
  readonly remote_timeout: Duration;
  readonly enable_http2: boolean;
  readonly follow_redirects: boolean;
  readonly queue_config: QueueConfig;
  readonly metadata_config: { readonly send: boolean; readonly send_interval: Duration };
  readonly write_relabel_configs: readonly RelabelRule[];
}

/** The part of Prometheus' configuration file that we set. */
export interface PrometheusConfiguration {
  readonly global: {
    readonly scrape_interval: Duration;
    readonly scrape_timeout: Duration;
    readonly evaluation_interval: Duration;
    readonly body_size_limit: string;
    readonly sample_limit: number;
    readonly label_limit: number;
    readonly label_name_length_limit: number;
    readonly label_value_length_limit: number;
    readonly target_limit: number;
    readonly external_labels: Labels;
  };
  readonly storage?: { readonly tsdb: { readonly out_of_order_time_window: Duration } };
  readonly alerting?: { readonly alertmanagers: readonly AlertmanagerConfig[] };
  readonly rule_files?: readonly string[];
  readonly scrape_configs: readonly ScrapeConfig[];
  readonly scrape_config_files?: readonly string[];
  readonly remote_write?: readonly RemoteWrite[];
}

const millisecondsOf = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Milliseconds of a Prometheus duration with one unit. @throws InvalidInputError */
export function milliseconds(duration: string): number {
  const [, count, unit] = /^([1-9][0-9]*)(ms|s|m|h|d)$/.exec(duration) ?? [];
  if (count === undefined || unit === undefined) {
    const remedy = 'a number and one unit of ms, s, m, h or d, such as "15s"';
    const problem = { key: "duration", value: duration, remedy };
    throw new InvalidInputError("Not a duration", [problem], "PROMETHEUS_CONFIGURATION_INVALID");
  }
  return Number(count) * millisecondsOf[unit as keyof typeof millisecondsOf];
}

/** The shorter of two durations. */
export function shorter(one: string, other: string): string {
  return milliseconds(one) <= milliseconds(other) ? one : other;
}
