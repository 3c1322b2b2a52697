import { compress } from "snappyjs";
import { type Batch, halves, newestOf } from "./batches.ts";
import { post, textOf } from "./http.ts";
import { encodeWriteRequest } from "./messages.ts";

export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Writes a batch and tells what the receiver answers. */
export type Write = (batch: Batch) => Promise<Answer>;

/** What became of a batch: every sample is either acknowledged or refused, and why. */
export interface Delivery {
  readonly acknowledged: number;
  /** Reason → samples. */
  readonly refused: Readonly<Record<string, number>>;
}

/** Nothing is wrong with the samples: the link does not take any now. */
export class Unavailable extends Error {}

/** Longer than Envoy's route, as Prometheus' own `remote_timeout`. */
const timeoutMs = 30_000;

/** Remote Write 1 by the link's own Envoy. @param writeUrl its listener on loopback */
export const writeTo =
  (writeUrl: string): Write =>
  async ({ series }) => {
    const headers = {
      "content-type": "application/x-protobuf",
      "content-encoding": "snappy",
      "x-prometheus-remote-write-version": "0.1.0",
    };
    const answer = await post(writeUrl, headers, compress(encodeWriteRequest(series)), timeoutMs);
    return { status: answer.statusCode ?? 0, text: await textOf(answer) };
  };

/**
 * Writes a batch until every sample of it is acknowledged or refused. One refused sample makes the receiver roll back
 * its whole request (Remote Write 1, storage/remote/write_handler.go), so a refused batch is halved until what cannot
 * be stored is alone. A batch that is too old as a whole costs two requests.
 * @throws Unavailable when the answer says nothing about the samples: 5xx, 429, a wrong route, no connection
 */
export async function deliver(write: Write, batch: Batch): Promise<Delivery> {
  const { status, text } = await write(batch).catch((cause: Error) => {
    throw new Unavailable(cause.message, { cause });
  });
  if (status >= 200 && status < 300) return { acknowledged: batch.samples, refused: {} };
  // Only these two speak of what is in the request.
  if (status !== 400 && status !== 413) throw new Unavailable(`the link answers ${status}: ${text}`);
  const reason = reasonOf(status, text);
  if (batch.samples <= 1) return refusal(batch, reason);
  if (reason === tooOld) {
    const probe = await deliver(write, newestOf(batch));
    if (probe.refused[tooOld]) return refusal(batch, reason);
  }
  const [one, other] = halves(batch);
  return sum(await deliver(write, one), await deliver(write, other));
}

const tooOld = "too old";
const refusal = ({ samples }: Batch, reason: string): Delivery => ({ acknowledged: 0, refused: { [reason]: samples } });

/** The words of Prometheus' errors (storage/interface.go). */
function reasonOf(status: number, text: string): string {
  if (/too old sample/.test(text)) return tooOld;
  if (/out of bounds/.test(text)) return "out of bounds";
  if (/duplicate sample/.test(text)) return "another value is stored";
  if (/out of order/.test(text)) return "out of order";
  return `answered ${status}`;
}

function sum(one: Delivery, other: Delivery): Delivery {
  return { acknowledged: one.acknowledged + other.acknowledged, refused: added(one.refused, other.refused) };
}

/** Adds counts by their reasons. */
export function added(
  one: Readonly<Record<string, number>>,
  other: Readonly<Record<string, number>>,
): Record<string, number> {
  const total: Record<string, number> = { ...one };
  for (const [reason, count] of Object.entries(other)) total[reason] = (total[reason] ?? 0) + count;
  return total;
}
