import { segmentBytes, truncationSeconds } from "./alerts/backlog.ts";

/** What a sender is made of, as far as an outage is concerned. */
export interface CapacityInput {
  readonly series: number;
  readonly scrapeSeconds: number;
  readonly dataVolumeGiB: number;
  /** Bytes of the WAL for one sample, as Prometheus writes it: compressed. */
  readonly walBytesPerSample: number;
  /** Bytes of a block for one sample. */
  readonly blockBytesPerSample: number;
}

export interface Capacity {
  readonly samplesPerSecond: number;
  readonly walBytesPerHour: number;
  readonly segmentsPerHour: number;
  /** The shortest outage, of all moments at which it may begin, that loses a sample to a truncation of the WAL. */
  readonly worstOutageSeconds: number;
  /** The same, if it begins at the best moment. */
  readonly bestOutageSeconds: number;
  /** How far back the sender's own TSDB reaches: 30 days at most, or until four fifths of the volume are full. */
  readonly ownDays: number;
}

/** How much of the volume Prometheus may fill, and for how long it keeps what it has (flags.ts). */
const retentionShare = 0.8;
const retentionDays = 30;

/** What was measured; see docs/capacity.md. */
export const measured = { walBytesPerSample: 5.9, blockBytesPerSample: 1.3 } as const;

/** How long an outage a sender survives. Exact as far as the WAL grows evenly. */
export function capacityOf(input: CapacityInput): Capacity {
  const samplesPerSecond = input.series / input.scrapeSeconds;
  const walBytesPerSecond = samplesPerSecond * input.walBytesPerSample;
  const outages = survivals(walBytesPerSecond / segmentBytes);
  const volume = input.dataVolumeGiB * 2 ** 30 * retentionShare;
  const bytesPerDay = samplesPerSecond * input.blockBytesPerSample * 86_400;
  return {
    samplesPerSecond,
    walBytesPerHour: walBytesPerSecond * 3600,
    segmentsPerHour: (walBytesPerSecond * 3600) / segmentBytes,
    worstOutageSeconds: Math.min(...outages),
    bestOutageSeconds: Math.max(...outages),
    ownDays: Math.min(retentionDays, volume / bytesPerDay),
  };
}

/** A WAL that grows evenly. Positions are in segments since the first, whole numbers are where a new one begins. */
interface Wal {
  /** The oldest segment that is left. */
  first: number;
  /** The segment that is written, and how much of it is. */
  current: number;
  filled: number;
}

/** Truncations until the pattern repeats itself, periods between two of them that are looked at, and moments in each. */
const settled = 24;
const periods = 12;
const moments = 48;

/** For outages that begin at each of many moments: after how many seconds a truncation takes what was not read. */
function survivals(segmentsPerSecond: number): number[] {
  const wal: Wal = { first: 0, current: 0, filled: 0 };
  const found: number[] = [];
  for (let period = 0; period < settled + periods; period += 1) {
    for (let moment = 0; period >= settled && moment < moments; moment += 1) {
      found.push(survival({ ...wal }, segmentsPerSecond, (truncationSeconds * moment) / moments));
    }
    grow(wal, segmentsPerSecond * truncationSeconds);
    truncate(wal);
  }
  return found;
}

/** @param began seconds after a truncation */
function survival(wal: Wal, segmentsPerSecond: number, began: number): number {
  grow(wal, segmentsPerSecond * began);
  const reader = wal.current;
  grow(wal, segmentsPerSecond * (truncationSeconds - began));
  for (let truncations = 1; ; truncations += 1) {
    truncate(wal);
    if (reader < wal.first) return truncations * truncationSeconds - began;
    grow(wal, segmentsPerSecond * truncationSeconds);
  }
}

function grow(wal: Wal, segments: number): void {
  const filled = wal.filled + segments;
  wal.current += Math.floor(filled);
  wal.filled = filled % 1;
}

/** As Prometheus does it (tsdb/head.go, truncateWAL). */
function truncate(wal: Wal): void {
  const last = wal.first + Math.floor(((wal.current - 1 - wal.first) * 2) / 3);
  wal.current += 1;
  wal.filled = 0;
  if (last > wal.first) wal.first = last + 1;
}
