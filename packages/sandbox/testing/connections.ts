import { z } from "zod";
import type { AccessLogLine } from "../cli/access-log.ts";

const line = z.object({
  type: z.string(),
  filter_chain: z.string().nullish(),
  connection: z.number(),
  start: z.string(),
  duration_ms: z.number().nullish(),
  status: z.number().nullish(),
});

/** A connection that the receiver's Envoy knows, by its own number; moments are in seconds since the epoch. */
export interface Connection {
  readonly id: number;
  /** Accepted writes. */
  readonly requests: number;
  readonly lastRequest: number;
  /** When it ended, and how long it lasted; absent while it is open. */
  readonly ended?: number;
  readonly seconds?: number;
}

/** The connections of a sender's filter chain with an accepted write, from the lines of an access log. */
export function connectionsIn(lines: readonly AccessLogLine[], chain: string): readonly Connection[] {
  const found = new Map<number, Connection>();
  for (const read of lines) {
    const { data } = line.safeParse(read);
    if (data?.filter_chain !== chain) continue;
    const began = Date.parse(data.start) / 1000;
    const known = found.get(data.connection) ?? { id: data.connection, requests: 0, lastRequest: 0 };
    const seconds = (data.duration_ms ?? 0) / 1000;
    if (data.type === "connection") found.set(known.id, { ...known, ended: began + seconds, seconds });
    else if (data.status === 204) {
      const lastRequest = Math.max(known.lastRequest, began);
      found.set(known.id, { ...known, requests: known.requests + 1, lastRequest });
    }
  }
  return [...found.values()].filter(({ requests }) => requests > 0);
}

/** Both Envoys close a connection that nobody has used for longer than this. */
const idleSeconds = 60;

/** Whether one ended of age. @param lifetimeSeconds when both Envoys end a connection, by their own clocks, to the millisecond */
export const isOfAge = ({ seconds = 0 }: Connection, lifetimeSeconds: number): boolean => seconds > lifetimeSeconds - 1;

/** Those that ended while in use: nobody closed them for being idle, or of age. */
export const cutOff = (connections: readonly Connection[], lifetimeSeconds: number): Connection[] =>
  connections.filter(
    (one) => one.ended !== undefined && one.ended - one.lastRequest < idleSeconds && !isOfAge(one, lifetimeSeconds),
  );

/** The number of the one with the most requests. */
export const busiest = (connections: readonly Connection[]): number | undefined =>
  connections.toSorted((one, other) => other.requests - one.requests)[0]?.id;
