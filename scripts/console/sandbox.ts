import type { Comparison, Sources } from "@metrics-link/console";
import { compareRecent } from "@metrics-link/sandbox/cli/link.ts";
import { prometheusOf, type Sandbox } from "@metrics-link/sandbox/cli/sandbox.ts";
import { labelsOfOthers } from "@metrics-link/sandbox/cli/sender-status.ts";
import type { Sender } from "@metrics-link/sandbox/cli/stack-files.ts";
import { externalLabels } from "@metrics-link/sandbox/cli/status.ts";
import type { SandboxCommand } from "../sandbox/commands.ts";
import { parsed } from "../stack/command-line.ts";
import { options, optionsHelp, show } from "./command.ts";
import { askOnHost } from "./on-host.ts";

/** As long as a person waits; the status compares a minute. */
const comparedSeconds = 10;

/** The lines of the usage about `page`. */
export const pageUsage = `  page [OPTION ...]      one HTML page: the state of the link as text, and every panel of the dashboard
${optionsHelp.replaceAll(/^/gm, "  ")}`;

/** `sandbox -- page`: the console, with both sides queried on their hosts' loopback. */
export const page: SandboxCommand = async (sandbox, words) => {
  const { values, positionals } = parsed(words, options);
  return await show(() => sourcesOf(sandbox), values, positionals);
};

/** Both sides, and the comparison of their samples. @throws Error when the sandbox is not up */
export async function sourcesOf(sandbox: Sandbox): Promise<Sources> {
  await sandbox.world.status();
  return {
    receiver: askOnHost(sandbox, "receiver"),
    sender: { ask: askOnHost(sandbox, "sender"), externalLabels: externalLabels(sandbox) },
    compare: async () => sumOf(await Promise.all(sandbox.files.senders().map((sender) => compared(sandbox, sender)))),
  };
}

const compared = (sandbox: Sandbox, sender: Sender): Promise<Comparison> =>
  compareRecent(
    prometheusOf(sandbox, sender),
    prometheusOf(sandbox, "receiver"),
    externalLabels(sandbox, sender),
    Date.now() / 1000,
    comparedSeconds,
    labelsOfOthers(sandbox, sender),
  );

/** Of all senders together; the shortest window counts. */
const sumOf = (all: readonly Comparison[]): Comparison => {
  const total = (of: (one: Comparison) => number) => all.reduce((sum, one) => sum + of(one), 0);
  return {
    seconds: Math.min(...all.map(({ seconds }) => seconds)),
    series: total(({ series }) => series),
    compared: total((one) => one.compared),
    missing: total(({ missing }) => missing),
    different: total(({ different }) => different),
    unexpected: total(({ unexpected }) => unexpected),
  };
};
