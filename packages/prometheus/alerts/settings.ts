import { InvalidInputError, type Problem } from "@metrics-link/contract";
import { type Duration, milliseconds } from "../configuration.ts";

/** What of an alert depends on how soon somebody wants to know. */
export interface AlertSettings {
  /** How long the condition must hold before the alert fires. */
  readonly for: Duration;
  /** Over how long a counter is looked at. It is never shorter than four scrapes. */
  readonly window?: Duration;
  /** In the unit of the alert: seconds, or a share between 0 and 1. */
  readonly threshold?: number;
}

const day = 86_400;

/**
 * Every alert, with its production values. A stack may override each in `prometheus.alerts`, which is how a drill makes
 * them quick. Certificate thresholds are for a leaf of 30 days and move with its length.
 */
export const settings = {
  // The link, seen by the sender.
  LinkBehind: { for: "5m", threshold: 120 },
  BacklogAtRisk: { for: "1m", threshold: 3600 },
  BacklogNotKnown: { for: "15m" },
  SamplesRefused: { for: "0s", window: "15m" },
  SamplesDropped: { for: "0s", window: "15m" },
  ShardsAtLimit: { for: "15m" },
  WalUnreadable: { for: "0s", window: "15m" },
  ReceiverUnreachable: { for: "2m", window: "5m" },
  ReceiverAddressDead: { for: "10m" },
  ReceiverNotTrusted: { for: "0s", window: "5m" },
  // What the queue left out.
  SamplesNotRepaired: { for: "0s", window: "15m" },
  RepairBehind: { for: "15m", threshold: 3600 },
  RepairerSilent: { for: "5m", threshold: 600 },
  // The link, seen by the receiver.
  SenderSilent: { for: "2m", window: "5m" },
  SenderLate: { for: "5m", threshold: 300 },
  SenderClockAhead: { for: "2m", threshold: 10 },
  SamplesRejected: { for: "0s", window: "15m" },
  WritesRefused: { for: "0s", window: "15m" },
  WritesFail: { for: "5m", window: "5m" },
  ClientNotTrusted: { for: "0s", window: "5m" },
  CertificateFromWrongAddress: { for: "0s", window: "15m" },
  ConnectionsLimited: { for: "5m", window: "5m" },
  // Peers, as the last update decided.
  PeerHeld: { for: "0s" },
  PeerSuspended: { for: "0s" },
  // Either Envoy.
  EnvoyDropsWrites: { for: "0s", window: "15m" },
  EnvoyOverloaded: { for: "1m", window: "5m" },
  // Certificates.
  LeafRenewalOverdue: { for: "1h", threshold: 9 * day },
  LeafExpiring: { for: "5m", threshold: 3 * day },
  EnvoyCertificateExpiring: { for: "5m", threshold: 2 },
  AuthorityExpiring: { for: "1h", threshold: 365 * day },
  CertificateNotTakenUp: { for: "1m", window: "15m" },
  CertificateNotReady: { for: "1m" },
  TrustBundleDiffers: { for: "0s", window: "15m" },
  // The agent.
  AgentSilent: { for: "2m", threshold: 600 },
  AgentNotConverged: { for: "5m" },
  AgentCutOff: { for: "15m" },
  ReleaseRefused: { for: "5m" },
  AgentHeld: { for: "0s", threshold: 3600 },
  ReleaseRolledBack: { for: "0s", window: "1h" },
  DriftFound: { for: "0s", window: "15m" },
  DriftRepeated: { for: "0s" },
  // Audits, made from outside of the host.
  EgressAddressChanged: { for: "0s" },
  FenceDiffers: { for: "0s" },
  AuditFinding: { for: "0s" },
  AuditIncomplete: { for: "0s" },
  AuditOverdue: { for: "5m", threshold: 2 * day },
  // Hosts.
  UnitNotFenced: { for: "5m" },
  MemoryAtCeiling: { for: "5m", threshold: 0.85 },
  DiskFilling: { for: "30m", window: "6h", threshold: day },
  DiskNearlyFull: { for: "5m", threshold: 0.1 },
  InodesNearlyGone: { for: "5m", threshold: 0.05 },
  MemoryShort: { for: "10m", threshold: 0.1 },
  OutOfMemoryKill: { for: "0s", window: "15m" },
  HostRebooted: { for: "0s", threshold: 600 },
  // Prometheus and its targets.
  TargetLost: { for: "5m" },
  ScrapeLimitReached: { for: "0s", window: "15m" },
  OwnTargetMissing: { for: "5m" },
  ServiceRestarts: { for: "0s", window: "15m", threshold: 2 },
  ConfigurationNotLoaded: { for: "5m" },
  RulesFail: { for: "0s", window: "15m" },
  StorageFails: { for: "0s", window: "15m" },
  AlertsNotDelivered: { for: "5m", window: "15m" },
  Watchdog: { for: "0s" },
} as const satisfies Record<string, AlertSettings>;

export type AlertName = keyof typeof settings;

/** An alert's own settings: those that its table entry has, and no others. */
export type SettingsOf<Name extends AlertName> = {
  readonly [Key in keyof (typeof settings)[Name]]: (typeof settings)[Name][Key] extends number ? number : Duration;
};

export type AlertOverrides = Readonly<
  Record<string, { readonly [Key in keyof AlertSettings]?: AlertSettings[Key] | undefined }>
>;

/**
 * The settings in force.
 * @param leafDays how long this side's leaf lives
 * @throws InvalidInputError for an alert that does not exist, or a setting that it does not have
 */
export function settingsInForce(
  overrides: AlertOverrides,
  { scrapeInterval, leafDays }: { readonly scrapeInterval: Duration; readonly leafDays: number },
): Readonly<Record<AlertName, AlertSettings>> {
  const problems = Object.entries(overrides).flatMap(([name, override]) => problemsOf(name, override));
  if (problems.length > 0) throw new InvalidInputError("Alerts cannot be set so", problems);
  const ofLeaf = (seconds: number) => ({ threshold: Math.round((seconds * leafDays) / 30) });
  const scaled: Partial<Record<AlertName, { threshold: number }>> = {
    LeafRenewalOverdue: ofLeaf(settings.LeafRenewalOverdue.threshold),
    LeafExpiring: ofLeaf(settings.LeafExpiring.threshold),
  };
  const entries = (Object.keys(settings) as AlertName[]).map((name) => {
    const found: AlertSettings = { ...settings[name], ...scaled[name], ...given(overrides[name]) };
    return [name, found.window === undefined ? found : { ...found, window: wide(found.window, scrapeInterval) }];
  });
  return Object.fromEntries(entries) as Record<AlertName, AlertSettings>;
}

/** Without the settings that are there and undefined: those would hide the table's. */
function given(override: AlertOverrides[string] = {}): Partial<AlertSettings> {
  return Object.fromEntries(Object.entries(override).filter(([, value]) => value !== undefined));
}

/** Two samples make a rate; four scrapes allow for one that failed. */
function wide(window: Duration, scrapeInterval: Duration): Duration {
  const least = 4 * milliseconds(scrapeInterval);
  return milliseconds(window) >= least ? window : `${least}ms`;
}

function problemsOf(name: string, override: AlertOverrides[string]): Problem[] {
  const known: AlertSettings | undefined = (settings as Readonly<Record<string, AlertSettings>>)[name];
  const key = `prometheus.alerts.${name}`;
  if (known === undefined) {
    return [{ key, value: override, remedy: "the name of an alert; docs/runbooks has them" }];
  }
  return Object.entries(override)
    .filter(([setting]) => !(setting in known))
    .map(([setting, value]) => ({
      key: `${key}.${setting}`,
      value,
      remedy: `one of ${Object.keys(known).join(", ")}: this alert has no ${setting}`,
    }));
}
