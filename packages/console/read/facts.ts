import { type Labels, type Pace, type Sample, samples } from "./ask.ts";
import type { Sources } from "./sources.ts";

/** A sender of which something was heard lately. */
export interface Sender {
  /** `sender`; with its labels behind it where there are several. */
  readonly name: string;
  /** Its external labels, which all its series have. */
  readonly labels: Labels;
  /** When something was last heard of it, in seconds since the epoch. */
  readonly heardAt: number;
}

/** A value that a host tells of itself. */
export interface Fact {
  /** `receiver`, or a sender's name. */
  readonly host: string;
  readonly labels: Labels;
  readonly value: number;
}

/** What the questions of one reading have in common. */
export interface Inquiry {
  readonly sources: Sources;
  readonly pace: Pace;
  readonly senders: readonly Sender[];
}

const said = 'timestamp(up{job="prometheus",link_side="sends"})';
/** Of the present; of a sender that is silent now, from each half minute of two hours. */
const heard = `${said} or max_over_time(${said}[2h:30s])`;

/** The senders of which something was heard in the last two hours. @throws Error when nobody answers */
export async function findSenders(sources: Sources, pace: Pace): Promise<Sender[]> {
  const found = await everywhere(sources, heard, pace);
  const senders = found.map(({ labels: { job, instance, link_side, ...labels }, value }) => ({
    labels,
    heardAt: value,
  }));
  const name = (labels: Labels) => (senders.length === 1 ? "sender" : `sender ${Object.values(labels).join(" ")}`);
  return senders.map((sender) => ({ name: name(sender.labels), ...sender }));
}

/** The values of one expression on all hosts. @throws Error when nobody answers */
export async function facts({ sources, pace, senders }: Inquiry, query: string): Promise<Fact[]> {
  const found = await everywhere(sources, query, pace);
  return found.map(({ labels, value }) => ({ host: hostOf(labels, senders), labels, value }));
}

/**
 * Whose series it is: a sender's has its labels, as what its rules record has too. A receiver's own series about a sender
 * may have these as well, but says which side it is of.
 */
export function hostOf(labels: Labels, senders: readonly Sender[]): string {
  if (labels.link_side === "receives") return "receiver";
  const sender = senders.find((one) => has(labels, one.labels))?.name;
  return sender ?? (labels.link_side === "sends" ? "sender" : "receiver");
}

/**
 * What all hosts answer. A sender that can be asked itself is believed before what the receiver has of it, which is older
 * when the link is down.
 */
async function everywhere({ receiver, sender }: Sources, query: string, pace: Pace): Promise<Sample[]> {
  const [atReceiver, atSender] = await Promise.allSettled([
    samples(receiver, query, pace),
    sender === undefined ? Promise.reject() : samples(sender.ask, query, pace),
  ]);
  if (atReceiver.status === "rejected" && atSender.status === "rejected") throw atReceiver.reason;
  const stored = atReceiver.status === "fulfilled" ? atReceiver.value : [];
  if (sender === undefined || atSender.status === "rejected") return stored;
  const own = atSender.value.map(({ labels, value }) => ({ labels: { ...sender.externalLabels, ...labels }, value }));
  const isOwn = ({ labels }: Sample) => labels.link_side !== "receives" && has(labels, sender.externalLabels);
  return [...stored.filter((one) => !isOwn(one)), ...own];
}

const has = (labels: Labels, wanted: Labels) => Object.entries(wanted).every(([name, value]) => labels[name] === value);
