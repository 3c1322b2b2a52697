import type { AlertName, AlertSettings, SettingsOf } from "./settings.ts";

/** Which end of a link a host is. */
export type Side = "sends" | "receives";

/**
 * How soon a person is needed. critical: samples are being lost, or soon will be, or somebody is where nobody should
 * be. warning: within a working day. info: to be known, nothing to do. none: always there, see Watchdog.
 */
export type Severity = "critical" | "warning" | "info" | "none";

/** A selector of this host's own series: a receiver also stores those of its senders, which look alike. */
export type Own = (metric: string, matchers?: string) => string;

export interface Alert {
  readonly name: AlertName;
  readonly severity: Severity;
  /** One sentence for whoever is called, with the alert's labels and value as Prometheus' templates. */
  readonly summary: string;
  readonly expression: (settings: AlertSettings, own: Own) => string;
  /** Labels besides the ones that the expression's series bring. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** Declares an alert: its expression can only use the settings that the table has for it. */
export function alert<Name extends AlertName>(
  name: Name,
  severity: Severity,
  summary: string,
  expression: (settings: SettingsOf<Name>, own: Own) => string,
  labels: Readonly<Record<string, string>> = {},
): Alert {
  // The table gives each alert its settings, so what arrives has the keys that the expression asks for.
  return { name, severity, summary, labels, expression: expression as unknown as Alert["expression"] };
}

/** A counter that was there before it rose: it rose within the window. */
export const rose = (selector: string, window: string): string => `increase(${selector}[${window}]) > 0`;

/** A counter that is born with its first event, which `increase` alone would not see. */
export const roseOrBegan = (selector: string, window: string): string =>
  `(${rose(selector, window)} or (${selector} > 0 unless ${selector} offset ${window}))`;

/** Something that tells when it last did its work has not for so many seconds, or is not heard of at all any more. */
export const silentFor = (lastTime: string, seconds: number): string =>
  `time() - ${lastTime} > ${seconds}\nor\nabsent_over_time(${lastTime}[${seconds}s])`;

/** Several conditions as one alert, each under its own value of `kind`. */
export const byKind = (kinds: Readonly<Record<string, string>>): string =>
  Object.entries(kinds)
    .map(([kind, expression]) => `label_replace(${expression}, "kind", "${kind}", "", "")`)
    .join("\nor\n");
