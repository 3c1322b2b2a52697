import { setTimeout as pause } from "node:timers/promises";
import { compareWindow, linkState } from "@metrics-link/sandbox/cli/link.ts";
import type { Comparison } from "@metrics-link/sandbox/cli/samples.ts";
import { prometheusOf, type Sandbox } from "@metrics-link/sandbox/cli/sandbox.ts";
import { externalLabels } from "@metrics-link/sandbox/cli/status.ts";

/** A query answers with every sample of its window: so many seconds of tens of thousands of series stay readable. */
const windowSeconds = 15;
const deadlineSeconds = 180;

export type Compared = Pick<Comparison, "compared" | "missing" | "different" | "unexpected" | "series"> & {
  readonly seconds: number;
  readonly examples: readonly string[];
};

/** A moment before a rotation, in seconds since the epoch: what is compared from here on covers it. */
export const beforehand = (): number => Math.floor(Date.now() / 1000) - 5;

/**
 * Compares every raw sample of both ends from a moment until now, once the sender has nothing left to send.
 * @throws Error when the backlog is not sent within three minutes
 */
export async function compareSince(sandbox: Sandbox, from: number): Promise<Compared> {
  const [sender, receiver] = [prometheusOf(sandbox, "sender"), prometheusOf(sandbox, "receiver")];
  const end = Math.floor(Date.now() / 1000);
  const deadline = Date.now() + deadlineSeconds * 1000;
  for (;;) {
    // The newest acknowledged sample must be younger than the last one that is compared.
    const { lagSeconds } = await linkState(sender, end).catch(() => ({ lagSeconds: null }));
    const sent = await sender
      .value("max(prometheus_remote_storage_queue_highest_sent_timestamp_seconds)")
      .catch(() => 0);
    if ((sent ?? 0) > end + 6) break;
    if (Date.now() > deadline) {
      throw new Error(`the sender still had a backlog after ${deadlineSeconds} s; it was ${lagSeconds} s behind`);
    }
    await pause(500);
  }
  let sum: Compared = {
    compared: 0,
    missing: 0,
    different: 0,
    unexpected: 0,
    series: 0,
    seconds: end - from,
    examples: [],
  };
  for (let start = from; start < end; start += windowSeconds) {
    const seconds = Math.min(windowSeconds, end - start);
    const one = await compareWindow(sender, receiver, externalLabels(sandbox), start + seconds, seconds);
    sum = {
      compared: sum.compared + one.compared,
      missing: sum.missing + one.missing,
      different: sum.different + one.different,
      unexpected: sum.unexpected + one.unexpected,
      series: Math.max(sum.series, one.series),
      seconds: sum.seconds,
      examples: [...sum.examples, ...one.examples].slice(0, 5),
    };
  }
  return sum;
}

/** The last line of a rotation. */
export const describeCompared = ({ seconds, compared, series, missing, different, unexpected, examples }: Compared) =>
  [
    `samples: ${compared} of ${series} series compared over ${seconds} s, ${missing} missing, ${different} different` +
      `${unexpected > 0 ? `, ${unexpected} unexpected` : ""}`,
    ...examples,
  ].join("\n  ");
