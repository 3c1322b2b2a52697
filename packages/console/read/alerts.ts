import { LinkError } from "@metrics-link/contract";
import { type AlertName, alertSettings, runbookOf } from "@metrics-link/prometheus";
import type { EvidencePart } from "@metrics-link/release";
import type { Alert, Reading } from "../reading.ts";
import { type Ask, firingAlerts, type Labels, part, type Sources, samples } from "./ask.ts";
import { hostOf, type Inquiry } from "./facts.ts";

/**
 * The alerts that fire by the rules of either side. The receiver has a sender's alerts as series, without annotations; a
 * sender that answers itself says more, and also when the receiver does not answer.
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

/** From the sender that answered itself, and from the receiver for all others. */
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
  return (await firingAlerts(ask)).map(({ labels, annotations }) => alertOf(host, labels, annotations));
}

/** A silent sender stores no alerts either. @throws LinkError `NO_SAMPLES` when every sender is silent: that is not "no alerts" */
async function storedOf({ sources, pace, senders }: Inquiry): Promise<Alert[]> {
  const { interval, span } = pace;
  if (!senders.some(({ heardAt }) => span.until - heardAt < Math.max(30, 3 * interval))) {
    throw new LinkError("NO_SAMPLES", { what: "no samples from any sender at present" });
  }
  const query = 'ALERTS{alertstate="firing",severity!="none",link_side="sends"}';
  const series = await samples(sources.receiver, query, pace);
  return series.map(({ labels }) => alertOf(hostOf(labels, senders), labels, {}));
}

function alertOf(host: string, { alertname: name = "", severity = "" }: Labels, annotations: Labels): Alert {
  const runbook = annotations.runbook ?? (isOurs(name) ? runbookOf(name) : undefined);
  return { host, name, severity, summary: annotations.summary, runbook };
}

const isOurs = (name: string): name is AlertName => name in alertSettings;
