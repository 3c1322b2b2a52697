import { setTimeout as pause } from "node:timers/promises";
import { LinkError } from "@metrics-link/contract";
import { compareWindow, newestAcknowledged } from "@metrics-link/sandbox/cli/link.ts";
import { type Between, type Comparison, compareSamples, describeCounts } from "@metrics-link/sandbox/cli/samples.ts";
import { prometheusOf, type Sandbox } from "@metrics-link/sandbox/cli/sandbox.ts";
import type { Sender } from "@metrics-link/sandbox/cli/stack-files.ts";
import { externalLabels } from "@metrics-link/sandbox/cli/status.ts";

/** Window of one query in seconds: the answer has every sample of tens of thousands of series. */
const windowSeconds = 15;
const deadlineSeconds = 180;

export type Compared = Comparison & { readonly seconds: number };

/** A moment before a change of the link, in seconds since the epoch; a comparison from then on covers the change. */
export const beforehand = (): number => Math.floor(Date.now() / 1000) - 5;

/**
 * Compares every raw sample of both ends from a moment until now, once the sender has nothing left to send.
 * @param name which sender
 * @throws LinkError TIMED_OUT when the backlog is not sent within three minutes
 */
export async function compareSince(sandbox: Sandbox, from: number, name: Sender = "sender"): Promise<Compared> {
  const [sender, receiver] = [prometheusOf(sandbox, name), prometheusOf(sandbox, "receiver")];
  const end = Math.floor(Date.now() / 1000);
  const deadline = Date.now() + deadlineSeconds * 1000;
  for (;;) {
    // The newest acknowledged sample must be younger than the last one that is compared.
    const sent = await newestAcknowledged(sender).catch(() => undefined);
    if (sent !== undefined && sent > end + 6) break;
    if (Date.now() > deadline) {
      const behind =
        sent === undefined ? "it did not report what it has sent" : `it was ${Math.max(0, end - sent)} s behind`;
      throw new LinkError("TIMED_OUT", {
        what: `timed out after ${deadlineSeconds} s waiting for the sender to drain its backlog: ${behind}`,
      });
    }
    await pause(500);
  }
  let sum: Compared = { ...compareSamples([], [], {}), seconds: end - from };
  for (let start = from; start < end; start += windowSeconds) {
    const seconds = Math.min(windowSeconds, end - start);
    const one = await compareWindow(sender, receiver, externalLabels(sandbox, name), start + seconds, seconds);
    sum = {
      compared: sum.compared + one.compared,
      missing: sum.missing + one.missing,
      waiting: sum.waiting + one.waiting,
      different: sum.different + one.different,
      unexpected: sum.unexpected + one.unexpected,
      missingBetween: spanning(sum.missingBetween, one.missingBetween),
      unexpectedBetween: spanning(sum.unexpectedBetween, one.unexpectedBetween),
      series: Math.max(sum.series, one.series),
      seconds: sum.seconds,
      examples: [...sum.examples, ...one.examples].slice(0, 5),
    };
  }
  return sum;
}

function spanning(first: Between | undefined, second: Between | undefined): Between | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  return [Math.min(first[0], second[0]), Math.max(first[1], second[1])];
}

/** A comparison in one line, with examples of differences below it. */
export const describeCompared = ({ seconds, examples, ...counts }: Compared) =>
  [`samples of ${seconds} s: ${describeCounts(counts)}`, ...examples].join("\n  ");
