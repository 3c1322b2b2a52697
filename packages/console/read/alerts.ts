import { type AlertName, alertSettings, runbookOf } from "@metrics-link/prometheus";
import type { Alert } from "../reading.ts";
import { type Ask, type Labels, samples } from "./ask.ts";
import { hostOf, type Inquiry } from "./facts.ts";

interface ActiveAlert {
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly state: "pending" | "firing";
}

/**
 * What fires on either side, the worst first. A sender's alerts are at the receiver as series, without their words; where
 * the sender can be asked itself it says more. @throws Error when the receiver does not answer
 */
export async function readAlerts({ sources: { receiver, sender }, pace, senders }: Inquiry): Promise<Alert[]> {
  const own = await firing(receiver);
  const series = await samples(receiver, 'ALERTS{alertstate="firing",severity!="none",link_side="sends"}', pace);
  const asked = sender && (await firing(sender.ask).catch(() => undefined));
  const askedName = sender && hostOf({ link_side: "sends", ...sender.externalLabels }, senders);
  const stored = series
    .map(({ labels }) => ({ host: hostOf(labels, senders), labels, annotations: {} }))
    .filter(({ host }) => asked === undefined || host !== askedName);
  return [
    ...own.map((one) => alertOf("receiver", one)),
    ...(asked ?? []).map((one) => alertOf(askedName ?? "sender", one)),
    ...stored.map((one) => alertOf(one.host, one)),
  ].toSorted(worstFirst);
}

async function firing(ask: Ask): Promise<ActiveAlert[]> {
  const { alerts } = (await ask("alerts", {})) as { alerts: readonly ActiveAlert[] };
  return alerts.filter(({ state, labels }) => state === "firing" && labels.severity !== "none");
}

function alertOf(host: string, { labels, annotations }: Pick<ActiveAlert, "labels" | "annotations">): Alert {
  const { alertname: name = "", severity = "" } = labels;
  const runbook = annotations.runbook ?? (name in alertSettings ? runbookOf(name as AlertName) : undefined);
  return { host, name, severity, summary: annotations.summary, runbook };
}

const order = ["critical", "warning", "info"];
const worstFirst = (one: Alert, other: Alert) =>
  order.indexOf(one.severity) - order.indexOf(other.severity) || one.name.localeCompare(other.name);
