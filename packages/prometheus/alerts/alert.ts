import type { SetAside } from "@metrics-link/contract";
import type { Duration, Labels } from "../configuration.ts";

/** The side of a link that a host is, as the value of the label `link_side`. */
export type Side = "sends" | "receives";

/**
 * How soon a person must act. critical: samples are lost or soon will be, or an intruder got in. warning: within a
 * working day. info: no action. none: always firing, see Watchdog.
 */
export type Severity = "critical" | "warning" | "info" | "none";

/** Selects this host's own series: a receiver also stores its senders' series, which have the same names. */
export type OwnSeries = (metric: string, matchers?: string) => string;

/** The settings of an alert that a stack may override in `prometheus.alerts`. */
export interface AlertSettings {
  /** How long the condition must hold before the alert fires. */
  readonly for: Duration;
  /** The range over which a counter is looked at; never shorter than four scrapes. */
  readonly window?: Duration;
  /** In the unit of the alert: seconds, a count, or a share between 0 and 1. */
  readonly threshold?: number;
}

/** The host that the rules are for, and its peers. */
export interface Link {
  readonly side: Side;
  /** The names of a receiver's senders. */
  readonly senders: readonly string[];
  /** The pinned labels that the receiver's gate demands, of each sender that has any. */
  readonly pins?: readonly Labels[];
  /** The peers that are held or suspended. */
  readonly setAside: readonly SetAside[];
  /** Whether an Alertmanager is configured. */
  readonly delivers: boolean;
  /** How often the host scrapes itself and evaluates these rules. */
  readonly interval: Duration;
  /** The lag that a link may show at a single scrape, though it is up. */
  readonly healthyLagSeconds: number;
  /** The validity of this side's leaf certificate. */
  readonly leafDays: number;
  /** The user's scrape jobs. */
  readonly jobs: readonly UserJob[];
}

/** A scrape job of the user, as far as alerts are about it. */
export interface UserJob {
  readonly name: string;
  readonly intervalSeconds: number;
  /** Whether relabelling may give its targets another `job` label than its name. */
  readonly isRelabelled: boolean;
}

type Settings<Own extends AlertSettings> = {
  readonly [Key in keyof Own]: Own[Key] extends number ? number : Duration;
};
type Expression<Own extends AlertSettings> = (settings: Settings<Own>, own: OwnSeries, link: Link) => string;

/** A rule that stores its result as a series, as Prometheus reads it from a rule file. */
export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
  readonly labels?: Labels;
}

/** What one rule of an alert has of its own; the rest is the alert's. */
interface Instance {
  readonly summary?: string;
  readonly labels?: Labels;
}

interface Presence {
  /** Whether the host has the alert; always, unless given. */
  readonly when?: (link: Link) => boolean;
  /** One rule each; one rule, unless given. */
  readonly each?: (link: Link) => readonly Instance[];
}

/** A rule of an alert, for one host. */
interface Instantiated {
  readonly summary: string;
  readonly labels: Labels;
  readonly expr: string;
}

/** An alert: its default settings, and its rules for a host. */
export interface Alert<Own extends AlertSettings = AlertSettings> {
  readonly severity: Severity;
  readonly settings: Own;
  /** @param inForce the settings with the stack's overrides */
  rules(inForce: AlertSettings, own: OwnSeries, link: Link): readonly Instantiated[];
}

/**
 * Defines an alert. Its key in the exported object is its name, and its page is docs/runbooks/NAME.md.
 * @param settings the production values; the expression can use these and no others
 * @param summary one sentence for whoever is called, in Prometheus' templates
 */
export function alert<const Own extends AlertSettings>(
  severity: Severity,
  settings: Own,
  summary: string,
  expression: Expression<Own>,
  { when = () => true, each = () => [{}] }: Presence = {},
): Alert<Own> {
  return {
    severity,
    settings,
    rules: (inForce, own, link) =>
      (when(link) ? each(link) : []).map(({ summary: ownSummary = summary, labels = {} }) => ({
        summary: ownSummary,
        labels,
        // Overrides have passed `settingsInForce`, so the keys are those of `settings`.
        expr: expression(inForce as Settings<Own>, own, link),
      })),
  };
}

/** A counter that exists before it rises has risen within the window. */
export const rose = (selector: string, window: string): string => `increase(${selector}[${window}]) > 0`;

/** The same for a counter that appears with its first event, which `increase` alone would miss. */
export const roseOrBegan = (selector: string, window: string): string =>
  `(${rose(selector, window)} or (${selector} > 0 unless ${selector} offset ${window}))`;

/** A job whose last run is more than `seconds` ago, or whose metric has disappeared. */
export const silentFor = (lastTime: string, seconds: number): string =>
  `time() - ${lastTime} > ${seconds}\nor\nabsent_over_time(${lastTime}[${seconds}s])`;

/** Several conditions in one alert, told apart by the label `kind`. */
export const byKind = (kinds: Readonly<Record<string, string>>): string =>
  Object.entries(kinds)
    .map(([kind, expression]) => `label_replace(${expression}, "kind", "${kind}", "", "")`)
    .join("\nor\n");
