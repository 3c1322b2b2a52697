import { type AlertName, alertSettings, runbookOf } from "@metrics-link/prometheus";
import type { EvidencePart } from "@metrics-link/release";
import type { Alert, Reading } from "../reading.ts";
import { type Ask, type Labels, samples } from "./ask.ts";
import { hostOf, type Inquiry } from "./facts.ts";
import { part, type Sources } from "./sources.ts";

interface ActiveAlert {
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly state: "pending" | "firing";
}

/**
 * What fires by the rules of either side. A sender's alerts are at the receiver as series, without their words; one that
 * can be asked itself says more, and also when the receiver does not answer.
 */
export async function readAlerts(inquiry: Inquiry): Promise<Reading["alerts"]> {
  const { receiver, sender } = inquiry.sources;
  const [own, stored, asked] = await Promise.all([
    part(() => firing(receiver, "receiver")),
    part(() => storedOf(inquiry)),
    sender && part(() => firing(sender.ask, nameOf(sender, inquiry))),
  ]);
  return { receiver: own, senders: sendersOf(stored, asked, sender && nameOf(sender, inquiry)) };
}

/** What the asked sender says itself, and what is stored of all others. */
function sendersOf(
  stored: EvidencePart<readonly Alert[]>,
  asked: EvidencePart<readonly Alert[]> | undefined,
  name: string | undefined,
): EvidencePart<readonly Alert[]> {
  if (asked === undefined || "error" in asked) return stored;
  const others = "value" in stored ? stored.value.filter(({ host }) => host !== name) : [];
  return { value: [...asked.value, ...others] };
}

const nameOf = ({ externalLabels }: NonNullable<Sources["sender"]>, { senders }: Inquiry) =>
  hostOf({ link_side: "sends", ...externalLabels }, senders);

async function firing(ask: Ask, host: string): Promise<Alert[]> {
  const { alerts } = (await ask("alerts", {})) as { alerts: readonly ActiveAlert[] };
  return alerts
    .filter(({ state, labels }) => state === "firing" && labels.severity !== "none")
    .map(({ labels, annotations }) => alertOf(host, labels, annotations));
}

/** Of a sender that is not heard any more no alert is stored either. @throws Error when none is heard: that is not "none" */
async function storedOf({ sources, pace, senders }: Inquiry): Promise<Alert[]> {
  const { interval, span } = pace;
  if (!senders.some(({ heardAt }) => span.until - heardAt < Math.max(30, 3 * interval))) {
    throw new Error("no sender is heard of at present");
  }
  const query = 'ALERTS{alertstate="firing",severity!="none",link_side="sends"}';
  const series = await samples(sources.receiver, query, pace);
  return series.map(({ labels }) => alertOf(hostOf(labels, senders), labels, {}));
}

function alertOf(host: string, { alertname: name = "", severity = "" }: Labels, annotations: Labels): Alert {
  const runbook = annotations.runbook ?? (name in alertSettings ? runbookOf(name as AlertName) : undefined);
  return { host, name, severity, summary: annotations.summary, runbook };
}
