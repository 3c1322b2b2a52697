import { asSent } from "@metrics-link/release";
import { type Labels, type Pace, type Sample, type Sources, samples } from "./ask.ts";

/** A sender with recent samples. */
export interface Sender {
  /** `sender`; with its labels behind it where there are several. */
  readonly name: string;
  /** Its external labels, which all its series have. */
  readonly labels: Labels;
  /** Of its last sample, in seconds since the epoch. */
  readonly heardAt: number;
}

/** A value that a host exports about itself. */
export interface Fact {
  /** `receiver`, or a sender's name. */
  readonly host: string;
  readonly labels: Labels;
  readonly value: number;
}

/** What all queries of one reading share. */
export interface Inquiry {
  readonly sources: Sources;
  readonly pace: Pace;
  readonly senders: readonly Sender[];
}

const lastSample = 'timestamp(up{job="prometheus",link_side="sends"})';
/** Of a sender that is silent now, from the last two hours. */
const recent = `${lastSample} or max_over_time(${lastSample}[2h:30s])`;

/** The senders with samples in the last two hours. @throws Error when nobody answers */
export async function findSenders(sources: Sources, pace: Pace): Promise<Sender[]> {
  const found = await everywhere(sources, recent, pace);
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
 * The host of a series: a sender's series, and those that its rules record, carry its external labels. A receiver's own
 * series about a sender may carry them too, but also the receiver's side.
 */
export function hostOf(labels: Labels, senders: readonly Sender[]): string {
  if (labels.link_side === "receives") return "receiver";
  const sender = senders.find((one) => has(labels, one.labels))?.name;
  return sender ?? (labels.link_side === "sends" ? "sender" : "receiver");
}

/**
 * The series of all hosts. A sender that answers itself takes precedence over what the receiver has of it, which is
 * older when the link is down.
 */
async function everywhere({ receiver, sender }: Sources, query: string, pace: Pace): Promise<Sample[]> {
  const [atReceiver, atSender] = await Promise.allSettled([
    samples(receiver, query, pace),
    sender === undefined ? Promise.reject() : samples(sender.ask, query, pace),
  ]);
  if (atReceiver.status === "rejected" && atSender.status === "rejected") throw atReceiver.reason;
  const stored = atReceiver.status === "fulfilled" ? atReceiver.value : [];
  if (sender === undefined || atSender.status === "rejected") return stored;
  const own = atSender.value.map(({ labels, value }) => ({ labels: asSent(labels, sender.externalLabels), value }));
  const isOwn = ({ labels }: Sample) => labels.link_side !== "receives" && has(labels, sender.externalLabels);
  return [...stored.filter((one) => !isOwn(one)), ...own];
}

const has = (labels: Labels, wanted: Labels) => Object.entries(wanted).every(([name, value]) => labels[name] === value);
