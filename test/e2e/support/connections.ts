import { z } from "zod";
import { accessLog } from "./envoy.ts";

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
  requests: number;
  lastRequest: number;
  /** When it ended; absent while it is open. */
  ended?: number;
}

/** The connections of a sender with an accepted write since a moment, by Envoy's number. */
export async function connectionsOf(chain: string, since: number): Promise<ReadonlyMap<number, Connection>> {
  const found = new Map<number, Connection>();
  for (const read of await accessLog("receiver", since)) {
    const { data } = line.safeParse(read);
    if (data?.filter_chain !== chain) continue;
    const began = Date.parse(data.start) / 1000;
    const known = found.get(data.connection) ?? { id: data.connection, requests: 0, lastRequest: 0 };
    found.set(data.connection, known);
    if (data.type === "connection") known.ended = began + (data.duration_ms ?? 0) / 1000;
    else if (data.status === 204) {
      known.requests += 1;
      known.lastRequest = Math.max(known.lastRequest, began);
    }
  }
  return new Map([...found].filter(([, { requests }]) => requests > 0));
}

/** Both Envoys close a connection that nobody has used for longer than this. */
const idleSeconds = 60;

/** Those that ended while in use: nobody closed them for being idle. */
export const cutOff = (connections: ReadonlyMap<number, Connection>): Connection[] =>
  [...connections.values()].filter(
    ({ ended, lastRequest }) => ended !== undefined && ended - lastRequest < idleSeconds,
  );

/** The one with the most requests. */
export const busiest = (connections: ReadonlyMap<number, Connection>): number | undefined =>
  [...connections.values()].toSorted((one, other) => other.requests - one.requests)[0]?.id;
