import { type AlertOverrides, alertSettings } from "@metrics-link/prometheus";

/**
 * Alert settings for drills: the same expressions with shorter times. Windows are as short as a scrape per second
 * allows, so alerts also clear sooner.
 */
export const drillSettings = {
  LinkBehind: { for: "5s", threshold: 15 },
  SenderClockAhead: { for: "5s" },
  GateSilent: { for: "5s", threshold: 15 },
  SenderSilent: { for: "5s", window: "20s" },
  ReceiverUnreachable: { for: "5s", window: "30s" },
  ReceiverNotTrusted: { for: "0s", window: "20s" },
  ClientNotTrusted: { for: "0s", window: "20s" },
  EnvoyCertificateExpiring: { for: "5s" },
  TrustBundleDiffers: { for: "0s", window: "10s" },
  AgentCutOff: { for: "5s" },
  ReleaseRefused: { for: "5s" },
  DiskNearlyFull: { for: "5s" },
  // An alert is sent again each minute, so that is how often a delivery can fail.
  AlertsNotDelivered: { for: "5s", window: "30s" },
  PeerSuspended: { for: "0s" },
  ServiceRestarts: { for: "0s", window: "30s", threshold: 0 },
} as const satisfies AlertOverrides;

export type DrilledAlert = keyof typeof drillSettings;

/** The settings of an alert in production: "for 5m, threshold 120". */
export function inProduction(alert: DrilledAlert): string {
  const production: AlertOverrides[string] = alertSettings[alert];
  const here: AlertOverrides[string] = drillSettings[alert];
  return Object.entries({ for: production.for, window: production.window, threshold: production.threshold })
    .filter(([name, value]) => value !== undefined && (name === "for" || name in here))
    .map(([name, value]) => `${name} ${value}`)
    .join(", ");
}
