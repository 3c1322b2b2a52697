/** What one request may have, whatever came before it. Over any of these it can never be accepted, at no later time. */
export interface RequestLimits {
  /** Of the message, before compression; and of the labels of all series together, written out as Remote Write 1 has them. */
  readonly decodedBytes: number;
  readonly series: number;
  readonly samples: number;
  readonly histograms: number;
  readonly exemplars: number;
  /** Entries of Remote Write 1's metadata. */
  readonly metadata: number;
  /** Entries of Remote Write 2's table. */
  readonly symbols: number;
  readonly labelsPerSeries: number;
  readonly labelNameBytes: number;
  readonly labelValueBytes: number;
  /** How far a timestamp may be ahead of this host's clock, in milliseconds. Prometheus itself takes ten minutes. */
  readonly aheadMs: number;
}

/**
 * A timestamp further ahead than the limit waits until its time has come; one that is further ahead than this is no matter of
 * a clock, and would keep a shard of the sender's queue waiting for longer than its WAL lasts.
 */
export const farAheadMs = 3_600_000;

/** What a request has, as counted while it was read. */
export interface Counts {
  readonly series: number;
  readonly samples: number;
  readonly histograms: number;
  /** Spans, buckets and bounds of the histograms: each counts as a sample. */
  readonly parts: number;
  readonly exemplars: number;
  readonly metadata: number;
}
