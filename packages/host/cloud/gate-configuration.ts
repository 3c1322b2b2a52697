import type { Labels } from "@metrics-link/contract";
import type { GateConfigurationFile } from "@metrics-link/gate";

/** How much one sender may write, as the receiver's configuration has it. */
interface SenderLimits {
  readonly samplesPerSecond: number;
  readonly activeSeries: number;
  readonly newSeriesPerMinute: number;
  /** Of a request on the wire. */
  readonly bodyBytes: number;
  readonly labelsPerSeries: number;
  /** How far timestamps may be ahead of the receiver's clock. */
  readonly secondsAhead: number;
}

export interface GateInput {
  readonly mode: "observe" | "enforce";
  /** Every sender of the configuration, also one that is suspended or not accepted yet. */
  readonly declared: readonly {
    readonly name: string;
    readonly labels?: Labels | undefined;
    readonly limits: SenderLimits;
  }[];
  /** The senders that are let in, with the pinned labels that are in force for each: those of its chain in Envoy. */
  readonly inForce: readonly { readonly name: string; readonly labels?: Labels | undefined }[];
}

/** A sender's series tell this side of the link, or none: the receiver's alerts believe the label. */
const reserved = { link_side: ["sends"] } as const;

/**
 * What each sender may write. The labels of a sender that is not let in stay its own: nobody else may write them meanwhile. A label
 * that a held sender was accepted with, and that is now pinned for another, is the other's.
 */
export function gateConfiguration({ mode, declared, inForce }: GateInput): GateConfigurationFile {
  const letIn = new Map(inForce.map(({ name, labels = {} }) => [name, labels]));
  const pinnedForOther = (name: string, label: string, value: string) =>
    declared.some((other) => other.name !== name && other.labels?.[label] === value);
  const ownLabels = (name: string, labels: Labels) =>
    Object.fromEntries(Object.entries(labels).filter(([label, value]) => !pinnedForOther(name, label, value)));
  const senders = declared.flatMap(({ name, limits }) => {
    const labels = letIn.get(name);
    return labels === undefined ? [] : [[name, { labels: ownLabels(name, labels), ...termsOf(limits) }] as const];
  });
  const absent = declared.flatMap(({ name, labels = {} }) => (letIn.has(name) ? [] : [[name, { ...labels }] as const]));
  return {
    mode,
    reserved: { link_side: [...reserved.link_side] },
    senders: Object.fromEntries(senders),
    absent: Object.fromEntries(absent),
  };
}

/** The labels that series of each sender are known by: what the gate demands of them, which it does in the mode `enforce` alone. */
export const pinsDemanded = ({ mode, senders }: GateConfigurationFile): readonly Labels[] =>
  mode === "observe"
    ? []
    : Object.values(senders).flatMap(({ labels = {} }) => (Object.keys(labels).length === 0 ? [] : [labels]));

/** A sender that was silent may write a minute's worth at once. */
const burstSeconds = 60;

const termsOf = (limits: SenderLimits) => ({
  rates: {
    samplesPerSecond: limits.samplesPerSecond,
    burstSeconds,
    activeSeries: limits.activeSeries,
    newSeriesPerMinute: limits.newSeriesPerMinute,
  },
  request: {
    bodyBytes: limits.bodyBytes,
    labelsPerSeries: limits.labelsPerSeries,
    aheadSeconds: limits.secondsAhead,
  },
});
