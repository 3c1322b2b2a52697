import { LinkError } from "@metrics-link/contract";

/** What a reason means for the sender, by the status of the answer. */
interface Reason {
  /**
   * 400 and 413: this request can never be accepted; Prometheus drops it. 503: later, perhaps; Prometheus sends it again.
   */
  readonly status: 400 | 413 | 415 | 503;
  /** What the request does wrong, in a clause. */
  readonly what: string;
}

const reasons = {
  // A sender that says what is not true of it.
  label_missing: { status: 400, what: "a series lacks a label that is pinned for this sender" },
  label_foreign: { status: 400, what: "a series has another value than the one that is pinned for this sender" },
  label_reserved: { status: 400, what: "a series has a reserved label, or the identity of another sender" },
  exemplar_foreign: { status: 400, what: "an exemplar has the identity of another sender, or a reserved label" },
  // What no Prometheus writes, and what two readers could read differently.
  labels_unordered: { status: 400, what: "the names of a series' labels are not in ascending order, each once" },
  label_empty: { status: 400, what: "a label has an empty name or value" },
  name_missing: { status: 400, what: "a series has no __name__" },
  compression: { status: 400, what: "the body is not one block of snappy" },
  encoding: { status: 400, what: "the message is not the canonical encoding of a write request" },
  symbols: { status: 400, what: "the symbol table, or a reference to it, is not valid" },
  timestamp_far_ahead: { status: 400, what: "a timestamp is further ahead than any clock is wrong" },
  // Too large, now and for ever.
  body_size: { status: 413, what: "the body is larger than a request may be" },
  decoded_size: { status: 413, what: "the message is larger than a message may be" },
  label_size: { status: 413, what: "a series has more labels, or larger ones, than a series may have" },
  histogram_size: { status: 413, what: "a histogram has more buckets than one may have" },
  counts: {
    status: 413,
    what: "the request has more series, samples, symbols, exemplars or metadata than one may have",
  },
  // Not a remote write request of a known kind.
  media_type: { status: 415, what: "the content type or encoding is not that of Remote Write 1 or 2" },
  // True for now: the sender keeps its samples and tries again.
  unknown_field: {
    status: 503,
    what: "the message has a field that this release does not know: update this side first",
  },
  timestamp_ahead: { status: 503, what: "a timestamp is ahead of this host's clock" },
  sample_rate: { status: 503, what: "this sender writes more samples a second than it may" },
  active_series: { status: 503, what: "this sender has more active series than it may have" },
  shared_series: { status: 503, what: "the gate has no room for more series above this sender's fair share" },
  new_series: { status: 503, what: "this sender creates more series a minute than it may" },
} as const satisfies Record<string, Reason>;

/** A closed set: it is the value of a label of metrics, which alerts match. */
export type RefusalReason = keyof typeof reasons;

export const refusalReasons: Readonly<Record<RefusalReason, Reason>> = reasons;

/** A request that the gate does not let through. */
export class Refused extends LinkError {
  readonly reason: RefusalReason;

  constructor(reason: RefusalReason) {
    super("WRITE_REFUSED", { what: refusalReasons[reason].what });
    this.name = "Refused";
    this.reason = reason;
  }
}
