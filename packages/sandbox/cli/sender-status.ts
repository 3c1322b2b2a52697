import { labelsText, labelText } from "@metrics-link/contract";
import { type BackfillState, backfillState, describeBackfill } from "./backfill.ts";
import { externalLabels } from "./external-labels.ts";
import { compareRecent, type LinkState, linkState } from "./link.ts";
import { type Comparison, compareSamples, describeCounts } from "./samples.ts";
import { prometheusOf, type Sandbox } from "./sandbox.ts";
import { type Sender, senderNames } from "./stack-files.ts";

/** How far the samples of one sender have come. */
export interface SenderStatus {
  readonly link: LinkState;
  /** What its repairer reports; null when its Prometheus does not answer. */
  readonly backfill: BackfillState | null;
  readonly samples: Pick<
    Comparison,
    "compared" | "missing" | "waiting" | "different" | "unexpected" | "series" | "examples"
  > & {
    readonly seconds: number;
    /** Why nothing was compared; absent otherwise. */
    readonly error?: string;
  };
}

/** What a sender writes, as the receiver's Prometheus has it. */
export interface Writer {
  readonly sender: Sender;
  /** Its name in the receiver's configuration. */
  readonly name: string;
  /** What its series carry. */
  readonly labels: Readonly<Record<string, string>>;
  readonly series: number;
  /** By the sender's own count, over half a minute. */
  readonly samplesPerSecond: number;
}

/** @param seconds the window of the comparison */
export async function senderStatus(
  sandbox: Sandbox,
  name: Sender,
  now: number,
  seconds: number,
): Promise<SenderStatus> {
  const sender = prometheusOf(sandbox, name);
  const link = await linkState(sender, now).catch((): LinkState => ({ state: "not known", lagSeconds: null }));
  const backfill = await backfillState(sender, now).catch(() => null);
  const labels = externalLabels(sandbox, name);
  const receiver = prometheusOf(sandbox, "receiver");
  const ofOthers = labelsOfOthers(sandbox, name);
  const samples = await compareRecent(sender, receiver, labels, now, seconds, ofOthers).catch(nothingCompared);
  return { link, backfill, samples };
}

/** What tells the other senders of the receiver from this one. */
export const labelsOfOthers = (sandbox: Sandbox, name: Sender): Readonly<Record<string, string>>[] =>
  sandbox.files
    .senders()
    .filter((other) => other !== name)
    .map((other) => externalLabels(sandbox, other));

const nothingCompared = ({ message }: Error): SenderStatus["samples"] => ({
  ...compareSamples([], [], {}),
  seconds: 0,
  error: message,
});

/** Who writes how much, the most first. */
export async function writersOf(sandbox: Sandbox, senders: readonly Sender[]): Promise<Writer[]> {
  const receiver = prometheusOf(sandbox, "receiver");
  const writers = senders.map(async (sender): Promise<Writer> => {
    const labels = externalLabels(sandbox, sender);
    const own = Object.entries(labels).map(([name, value]) => labelText(name, value));
    const series = await receiver.value(`count({${[...own, 'link_side!="receives"', '__name__!=""'].join(",")}})`);
    const sent = `prometheus_remote_storage_samples_total{${[...own, 'link_side="sends"'].join(",")}}`;
    const samplesPerSecond = await receiver.value(`sum(rate(${sent}[30s]))`);
    return { sender, name: senderNames[sender], labels, series: series ?? 0, samplesPerSecond: samplesPerSecond ?? 0 };
  });
  return (await Promise.all(writers)).toSorted(
    (one, other) => other.samplesPerSecond - one.samplesPerSecond || other.series - one.series,
  );
}

/** Lines about the link, the backfill and the samples of a sender; with its name where there are several. */
export function describeSender(
  { link: { state, lagSeconds }, backfill, samples }: SenderStatus,
  { name, endpoint = null }: { readonly name?: string; readonly endpoint?: string | null } = {},
): { readonly link: string; readonly backfill: readonly string[]; readonly samples: readonly string[] } {
  const of = name === undefined ? "" : `${name}: `;
  const lag = lagSeconds === null ? "" : `, newest acknowledged sample ${lagSeconds} s old`;
  const about = (line: string) => line.replace(/^(\w+ +)/, `$1${of}`);
  return {
    link: `link      ${of}${state}${lag}${endpoint === null ? "" : `, endpoint ${endpoint}`}`,
    backfill: (backfill === null ? ["backfill  not known"] : describeBackfill(backfill)).map(about),
    samples: [
      about(samples.error === undefined ? comparisonOf(samples) : `samples   not compared: ${samples.error}`),
      ...samples.examples.map((example) => `          ${example}`),
    ],
  };
}

const comparisonOf = (samples: SenderStatus["samples"]) =>
  samples.compared + samples.missing === 0
    ? "samples   NOT COMPARED YET: the receiver has none of this time"
    : `samples   last ${samples.seconds} s: ${describeCounts(samples)}`;

/** A line for each sender. */
export const describeWriters = (writers: readonly Writer[]): string[] =>
  writers.map(
    ({ sender, name, labels, series, samplesPerSecond }) =>
      `writes    ${sender} (${name}): ${Math.round(samplesPerSecond)} samples a second, ${series} series with ${labelsText(labels)}`,
  );
