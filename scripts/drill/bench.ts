import { setTimeout as wait } from "node:timers/promises";
import { standingAlerts } from "@metrics-link/prometheus";
import { linkState } from "@metrics-link/sandbox/cli/link.ts";
import { prometheusOf, type Sandbox } from "@metrics-link/sandbox/cli/sandbox.ts";
import { compareSince } from "../stack/compare.ts";
import type { AlertState, Rule } from "./drill.ts";
import { type Bench, Interrupted } from "./runner.ts";

/** Worst last. */
const states: readonly AlertState[] = ["inactive", "pending", "firing"];
const now = () => Date.now() / 1000;

/** The running sandbox, as drills see it. @param interruption aborted when a person ends the drills */
export function benchOf(sandbox: Sandbox, interruption: AbortSignal): Bench {
  return {
    now,
    async pause(seconds) {
      if (interruption.aborted) throw new Interrupted();
      await wait(seconds * 1000, undefined, { signal: interruption }).catch((error: Error) => {
        throw error.name === "AbortError" ? new Interrupted() : error;
      });
    },
    async rule(side, alert): Promise<Rule | undefined> {
      const answered = now();
      const found = await prometheusOf(sandbox, side)
        .alertingRules(alert)
        .catch(() => undefined);
      if (found?.length === 0 && standingAlerts.some((one) => one === alert)) {
        return { state: "inactive", evaluated: answered, forSeconds: 0 };
      }
      if (found === undefined || found.length === 0) return undefined;
      // A receiver has some rules once for each sender.
      return {
        state: states[Math.max(...found.map(({ state }) => states.indexOf(state)))] ?? "inactive",
        evaluated: Math.min(...found.map(({ lastEvaluation }) => Date.parse(lastEvaluation) / 1000)),
        forSeconds: Math.max(...found.map(({ duration }) => duration)),
      };
    },
    async lag() {
      const { lagSeconds } = await linkState(prometheusOf(sandbox, "sender"), now()).catch(() => ({
        lagSeconds: null,
      }));
      return lagSeconds;
    },
    deliveryWatermark: () =>
      prometheusOf(sandbox, "sender")
        .value('max(metrics_link_repair_vouched_until_timestamp_seconds{link_side="sends"})')
        .catch(() => undefined),
    compareSince: (from) => compareSince(sandbox, from),
  };
}
