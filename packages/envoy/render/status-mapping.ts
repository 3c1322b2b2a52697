import { statusFilter } from "./access-log.ts";

/**
 * Prometheus retries network errors and 5xx, and 429 if told to; a batch answered with any other status is dropped
 * for ever. These two say "later", not "never": a request that came too slowly (408) and a rate limit (429).
 * 400, 404 and 413 stay as they are: retrying one bad batch would block its shard for ever.
 */
const retryableStatuses = [408, 429] as const;

export interface LocalReplyConfig {
  readonly mappers: readonly { readonly filter: object; readonly status_code: number }[];
}

/** Replies that this Envoy makes by itself, mapped so that none that is worth a retry becomes a drop. */
export const retryableLocalReplies: LocalReplyConfig = {
  mappers: retryableStatuses.map((status) => ({ filter: statusFilter("EQ", status), status_code: 503 })),
};
