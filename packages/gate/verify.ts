import { hasCode } from "@metrics-link/contract";
import type { Counts, RequestLimits } from "./limits.ts";
import { type RefusalReason, Refused } from "./reasons.ts";
import type { SenderRules } from "./rules.ts";
import { decodeSnappy } from "./snappy.ts";
import { type Walk, walkOf } from "./walk.ts";
import { Reader } from "./wire.ts";
import * as v1 from "./write-v1.ts";
import * as v2 from "./write-v2.ts";

/** Remote Write 1 or 2. */
export type Protocol = 1 | 2;

/**
 * By the content type, compared byte for byte with what Prometheus writes. Prometheus' receiver parses it, and reads
 * `application/x-protobuf; proto=io.prometheus.write.v2.Request`, with a space, as version 1.
 */
export const protocols: ReadonlyMap<string, Protocol> = new Map([
  ["application/x-protobuf", 1],
  ["application/x-protobuf;proto=prometheus.WriteRequest", 1],
  ["application/x-protobuf;proto=io.prometheus.write.v2.Request", 2],
]);

interface Accepted {
  readonly accepted: true;
  readonly counts: Counts;
  /** A number for each series: in one process the same whenever it comes, and in either version. */
  readonly keys: readonly number[];
}

interface RefusedRequest {
  readonly accepted: false;
  readonly reason: RefusalReason;
  /** How many series the request has, as far as that can be told; 1 at least. */
  readonly series: number;
  /** The labels of the series with which it was refused, for a log line; `{}` when no series is to blame. */
  readonly shown: string;
}

export type Verdict = Accepted | RefusedRequest;

/** One message at a time: it is read before anything else happens, and nothing keeps a part of it. */
const scratch = new Uint8Array(1024 * 1024);

/**
 * Judges a remote write request as it came. What is accepted, Prometheus' own decoder reads to the same series, and each has
 * the labels that are pinned for the sender.
 * @param body the block of snappy
 * @param now milliseconds since 1970
 */
export function verify(
  protocol: Protocol,
  body: Uint8Array,
  rules: SenderRules,
  limits: RequestLimits,
  now: number,
): Verdict {
  let walk: Walk | undefined;
  const { read, shown } =
    protocol === 1
      ? { read: v1.readWriteRequest, shown: v1.shownSeries }
      : { read: v2.readRequest, shown: v2.shownSeries };
  try {
    walk = walkOf(decodeSnappy(body, limits.decodedBytes, scratch), rules, limits, now);
    read(walk);
    const { series, samples, histograms, parts, exemplars, metadata } = walk.points;
    return { accepted: true, counts: { series, samples, histograms, parts, exemplars, metadata }, keys: walk.keys };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const { reason } = error;
    if (walk === undefined) return { accepted: false, reason, series: 1, shown: "{}" };
    return { accepted: false, reason, series: seriesIn(walk, protocol), shown: shown(walk) };
  }
}

/** Counts the series of a message that was refused: as many as were to be stored. */
function seriesIn({ reader: { bytes }, points }: Walk, protocol: Protocol): number {
  const reader = new Reader(bytes);
  const wanted = protocol === 1 ? 0x0a : 0x2a;
  let found = 0;
  try {
    while (reader.position < bytes.length) {
      const tag = reader.tag(bytes.length);
      reader.position = reader.delimited(bytes.length);
      if (tag === wanted) found += 1;
    }
  } catch (error) {
    if (!hasCode(error, "WRITE_REFUSED")) throw error;
  }
  return Math.max(1, found, points.series);
}
