/**
 * How many series the gate remembers at once, over all senders: 22 bytes each at most, which is 85 MiB of what its unit may use
 * (packages/host/cloud/gate-service.ts).
 */
export const mostSeries = 4_000_000;

/**
 * Room for series, divided: half of it is guaranteed to the senders, in equal parts of which nobody gets more than its own limit;
 * what is not guaranteed is common.
 */
export interface Room {
  /** So many series are guaranteed to each sender with a limit that is not lower. */
  readonly level: number;
  /** So many series all senders together may have above what is guaranteed to them. */
  readonly common: number;
}

/**
 * Divides the room. Where the limits of all senders together fit into half of it, each has its whole limit guaranteed.
 * @param limits of active series, of each sender
 */
export function roomOf(limits: readonly number[], most = mostSeries): Room {
  const level = levelOf(limits, Math.floor(most / 2));
  return { level, common: most - limits.reduce((sum, limit) => sum + Math.min(limit, level), 0) };
}

/** The highest level to which all can be filled, each to its own limit at most, with so much. */
function levelOf(limits: readonly number[], most: number): number {
  let left = most;
  let senders = limits.length;
  for (const limit of [...limits].sort((one, other) => one - other)) {
    const level = Math.floor(left / senders);
    if (limit > level) return level;
    left -= limit;
    senders -= 1;
  }
  return most;
}

/** A sender's part of the room. */
export interface Part {
  readonly active: number;
  /** Its own limit of active series. */
  readonly limit: number;
}

/** How many series of a sender are in the common part. */
export const inCommon = ({ level }: Room, { active, limit }: Part): number =>
  Math.max(0, active - Math.min(limit, level));

/**
 * Whether a sender may have so many series. Above what it is guaranteed, it takes at most as much of the common part as it leaves to
 * others, so that no sender alone fills it.
 * @param others how much of the common part the others have
 */
export function hasRoom(room: Room, part: Part, others: number): boolean {
  const own = inCommon(room, part);
  return own === 0 || own <= room.common - others - own;
}

/**
 * The common series that a sender holds, divided by the most that it may hold. It is 0 for a sender that holds less than the average
 * of those that hold any: that sender is not why the common part is full.
 * @param takers how many senders have something of the common part
 */
export function shareOfCommon(room: Room, part: Part, others: number, takers: number): number {
  const own = inCommon(room, part);
  if (own === 0 || own * takers < own + others) return 0;
  return own / Math.max(1, (room.common - others) / 2);
}
