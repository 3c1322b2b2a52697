/** Compares firing alerts with those that the Alertmanager has. Pure. */
import type { ReceivedAlert } from "./alertmanager-api.ts";
import type { ActiveAlert } from "./prometheus-api.ts";

type Labels = Readonly<Record<string, string>>;

/** Firing alerts of a host's Prometheus. */
export interface Firing {
  /** Null when it does not answer. */
  readonly alerts: readonly ActiveAlert[] | null;
  /** Its external labels, which Prometheus adds to each alert that it sends. */
  readonly externalLabels: Labels;
}

export interface Delivery {
  /** What the Alertmanager has, by the labels that identify the sender. */
  readonly received: readonly { readonly from: Labels; readonly alerts: readonly string[] }[];
  /** Firing on a host and missing at the Alertmanager. */
  readonly missing: readonly { readonly host: string; readonly alert: string; readonly labels: Labels }[];
}

/** Unknown, and why. */
export type DeliveryState = Delivery | { readonly error: string };

/** Compares what fires with what was received. */
export function deliveryOf(hosts: Readonly<Record<string, Firing>>, received: readonly ReceivedAlert[]): Delivery {
  const known = Object.values(hosts).flatMap(({ externalLabels }) => Object.keys(externalLabels));
  const origin = [...new Set([...known, "link_side"])].sort();
  const sourceOf = ({ labels }: ReceivedAlert) => JSON.stringify(pick(labels, origin));
  const sources = new Map(received.map((alert) => [sourceOf(alert), pick(alert.labels, origin)]));
  return {
    received: [...sources.entries()]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([source, from]) => {
        const alerts = received.filter((one) => sourceOf(one) === source).map(({ labels }) => labels.alertname ?? "");
        return { from, alerts: [...new Set(alerts)].sort() };
      }),
    missing: Object.entries(hosts).flatMap(([host, { alerts, externalLabels }]) =>
      (alerts ?? [])
        .filter(({ state }) => state === "firing")
        // An alert's own label wins over an external one.
        .map(({ labels }) => ({ ...externalLabels, ...labels }))
        .filter((labels) => !received.some((one) => isSame(one.labels, labels)))
        .map((labels) => ({ host, alert: labels.alertname ?? "", labels })),
    ),
  };
}

const pick = (labels: Labels, names: readonly string[]): Labels =>
  Object.fromEntries(names.flatMap((name) => (labels[name] === undefined ? [] : [[name, labels[name]]])));

const isSame = (one: Labels, other: Labels): boolean =>
  Object.keys(one).length === Object.keys(other).length &&
  Object.entries(one).every(([name, value]) => other[name] === value);

/** One line per sending Prometheus, then what is missing. */
export function describeDelivery(delivery: DeliveryState): string[] {
  if ("error" in delivery) return [`received  NOT KNOWN, cannot read the Alertmanager: ${delivery.error}`];
  const { received, missing } = delivery;
  const lines = received.map(({ from, alerts }) => `by the Alertmanager from ${textOf(from)}: ${alerts.join(", ")}`);
  return [
    ...(lines.length === 0 ? ["nothing by the Alertmanager"] : lines).map((line) => `received  ${line}`),
    ...missing.map(
      ({ host, alert, labels }) =>
        `received  NOT DELIVERED: ${alert} fires on ${host}, but the Alertmanager does not have it: ${textOf(labels)} ` +
        "(docs/runbooks/AlertsNotDelivered.md)",
    ),
  ];
}

const textOf = (labels: Labels): string =>
  `{${Object.entries(labels)
    .map(([name, value]) => `${name}="${value}"`)
    .join(", ")}}`;
