import { segmentBytes, truncationSeconds } from "./alerts/backlog.ts";

/** The properties of a sender that determine how long an outage it survives. */
export interface CapacityInput {
  readonly series: number;
  readonly scrapeSeconds: number;
  readonly dataVolumeGiB: number;
  /** WAL bytes per sample, compressed as Prometheus writes it. */
  readonly walBytesPerSample: number;
  /** Block bytes per sample. */
  readonly blockBytesPerSample: number;
}

export interface Capacity {
  readonly samplesPerSecond: number;
  readonly walBytesPerHour: number;
  readonly segmentsPerHour: number;
  /** The shortest outage that loses a sample to a WAL truncation, if it starts at the worst moment. */
  readonly worstOutageSeconds: number;
  /** The same, if it starts at the best moment. */
  readonly bestOutageSeconds: number;
  /** Days of data in the sender's own TSDB: at most 30, or until it fills four fifths of the volume. */
  readonly ownDays: number;
}

/** The share of the volume that Prometheus may fill, and its retention (flags.ts). */
const retentionShare = 0.8;
const retentionDays = 30;

/** Measured values; see docs/capacity.md. */
export const measured = { walBytesPerSample: 5.9, blockBytesPerSample: 1.3 } as const;

/** Calculates how long an outage a sender survives. Exact if the WAL grows evenly. */
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

/** A WAL that grows evenly. Positions are in segments since the first; a segment starts at each whole number. */
interface Wal {
  /** The oldest remaining segment. */
  first: number;
  /** The segment being written, and the share of it that is full. */
  current: number;
  filled: number;
}

/** Truncations until the pattern repeats, periods between truncations to examine, and start times to try in each. */
const settled = 24;
const periods = 12;
const moments = 48;

/** For outages with different start times: the seconds until a truncation deletes unread samples. */
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

/** Truncates like Prometheus (tsdb/head.go, truncateWAL). */
function truncate(wal: Wal): void {
  const last = wal.first + Math.floor(((wal.current - 1 - wal.first) * 2) / 3);
  wal.current += 1;
  wal.filled = 0;
  if (last > wal.first) wal.first = last + 1;
}
