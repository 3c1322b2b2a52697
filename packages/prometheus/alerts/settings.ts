import { InvalidInputError, type Problem, valueAt } from "@metrics-link/contract";
import { type Duration, milliseconds } from "../configuration.ts";
import { agentAlerts } from "./agent.ts";
import type { AlertSettings, Link } from "./alert.ts";
import { auditAlerts } from "./audit.ts";
import { certificateAlerts } from "./certificates.ts";
import { gateAlerts } from "./gate.ts";
import { hostAlerts } from "./host.ts";
import { receiversAlerts } from "./link-receives.ts";
import { sendersAlerts } from "./link-sends.ts";
import { patchingAlerts } from "./patching.ts";
import { peerAlerts } from "./peers.ts";
import { repairAlerts } from "./repair.ts";
import { serviceAlerts } from "./services.ts";

/** Every alert by its name. */
const definitions = {
  ...sendersAlerts,
  ...repairAlerts,
  ...receiversAlerts,
  ...gateAlerts,
  ...peerAlerts,
  ...certificateAlerts,
  ...agentAlerts,
  ...auditAlerts,
  ...hostAlerts,
  ...patchingAlerts,
  ...serviceAlerts,
};

export type AlertName = keyof typeof definitions;

type DefaultSettings = { readonly [Name in AlertName]: (typeof definitions)[Name]["settings"] };

/**
 * Every alert's production values, from its definition. A stack may override each in `prometheus.alerts`; drills do so
 * to fire sooner. Certificate thresholds are for a leaf of 30 days and scale with its lifetime.
 */
export const settings = Object.fromEntries(
  Object.entries(definitions).map(([name, definition]) => [name, definition.settings]),
) as DefaultSettings;

export type AlertOverrides = Readonly<
  Record<string, { readonly [Key in keyof AlertSettings]?: AlertSettings[Key] | undefined }>
>;

/** An override of an alert that does not exist, or of a setting that the alert does not have. */
interface WrongOverride {
  /** In the stack's configuration. */
  readonly path: readonly string[];
  readonly remedy: string;
}

/** Every override that would change nothing, for whoever reads the configuration. */
export const wrongOverrides = (overrides: Readonly<Record<string, object | undefined>> = {}): WrongOverride[] =>
  Object.entries(overrides).flatMap(([name, override = {}]) => wrongIn(name, override));

/**
 * The settings in force. A default follows the leaf's lifetime, and the lag that a healthy link may show.
 * @throws InvalidInputError for an alert that does not exist, or a setting that it does not have
 */
export function settingsInForce(
  overrides: AlertOverrides,
  { interval, leafDays, healthyLagSeconds }: Pick<Link, "interval" | "leafDays" | "healthyLagSeconds">,
): Readonly<Record<AlertName, AlertSettings>> {
  const problems = wrongOverrides(overrides).map(({ path, remedy }): Problem => {
    return { key: path.join("."), value: valueAt({ prometheus: { alerts: overrides } }, path), remedy };
  });
  if (problems.length > 0)
    throw new InvalidInputError("These alert settings do not exist", problems, "PROMETHEUS_CONFIGURATION_INVALID");
  const ofLeaf = (seconds: number) => ({ threshold: Math.round((seconds * leafDays) / 30) });
  const scaled: Partial<Record<AlertName, { threshold: number }>> = {
    LeafRenewalOverdue: ofLeaf(settings.LeafRenewalOverdue.threshold),
    LeafExpiring: ofLeaf(settings.LeafExpiring.threshold),
    // Envoy counts whole days, so 2 means less than three: a tenth of 30 days.
    EnvoyCertificateExpiring: {
      threshold: Math.min(settings.EnvoyCertificateExpiring.threshold, Math.floor(leafDays / 15)),
    },
    LinkBehind: { threshold: Math.max(settings.LinkBehind.threshold, healthyLagSeconds) },
  };
  const entries = (Object.keys(settings) as AlertName[]).map((name) => {
    const found: AlertSettings = { ...settings[name], ...scaled[name], ...given(overrides[name]) };
    return [name, found.window === undefined ? found : { ...found, window: wide(found.window, interval) }];
  });
  return Object.fromEntries(entries) as Record<AlertName, AlertSettings>;
}

/** Drops keys that are set to undefined: they would hide the default. */
function given(override: AlertOverrides[string] = {}): Partial<AlertSettings> {
  return Object.fromEntries(Object.entries(override).filter(([, value]) => value !== undefined));
}

/** Two samples make a rate; four scrapes allow for one that failed. */
function wide(window: Duration, interval: Duration): Duration {
  const least = 4 * milliseconds(interval);
  return milliseconds(window) >= least ? window : `${least}ms`;
}

function wrongIn(name: string, override: object): WrongOverride[] {
  const known = Object.entries<AlertSettings>(settings).find(([one]) => one === name)?.[1];
  const path = ["prometheus", "alerts", name];
  if (known === undefined) return [{ path, remedy: "the name of an alert; docs/runbooks/README.md has them" }];
  return Object.keys(override)
    .filter((setting) => !(setting in known))
    .map((setting) => ({
      path: [...path, setting],
      remedy: `one of ${Object.keys(known).join(", ")}: this alert has no ${setting}`,
    }));
}
