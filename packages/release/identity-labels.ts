/** Labels of a series, or of several, by their names. */
type Labels = Readonly<Record<string, string>>;

/** How a host's own jobs tell their side of the link; the receiver's alerts believe it. */
const sideLabel = "link_side";

/** A label that a sender's series carry with one value alone, if at all. */
export interface FixedLabel {
  readonly name: string;
  readonly value: string;
  /** What a series' own label of that name is called when it has another value. */
  readonly keptAs: string;
  /** Whether each series gets it. */
  readonly everywhere: boolean;
}

/** As Prometheus calls a target's label that another one takes the place of (scrape/scrape.go, `exported_job`). */
export const keptPrefix = "exported_";

/**
 * The labels that are fixed on the way to the receiver: the sender's identity on each series, and its side where a series
 * tells one. In the order in which series are relabelled.
 * @param externalLabels of the sender's Prometheus: its identity
 */
export function fixedLabels(externalLabels: Labels): readonly FixedLabel[] {
  const keptAs = (name: string): string => {
    const kept = `${keptPrefix}${name}`;
    return Object.hasOwn(externalLabels, kept) ? keptAs(kept) : kept;
  };
  return [
    { name: sideLabel, value: "sends", keptAs: keptAs(sideLabel), everywhere: false },
    ...Object.entries(externalLabels)
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, value]) => ({ name, value, keptAs: keptAs(name), everywhere: true })),
  ];
}

/**
 * A sender's series as it arrives at the receiver. Whatever compares both ends, or writes in place of the queue, needs it: the
 * queue's `write_relabel_configs` say the same to Prometheus, and a test compares the two.
 * @param labels as the sender's TSDB has them, with or without its external labels
 */
export function asSent(labels: Labels, externalLabels: Labels): Labels {
  const sent: Record<string, string> = { ...labels };
  for (const { name, value, keptAs } of fixedLabels(externalLabels)) {
    const own = sent[name];
    if (own === undefined || own === value) continue;
    delete sent[name];
    sent[sent[keptAs] === undefined ? keptAs : `${keptPrefix}${keptAs}`] = own;
  }
  return { ...sent, ...externalLabels };
}
