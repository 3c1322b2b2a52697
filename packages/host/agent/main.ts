import { readFile } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { sha256Text } from "@metrics-link/contract/release.ts";
import { converge } from "./converge.ts";
import type { Effects } from "./effects.ts";
import { ask } from "./host-effects/ask.ts";
import { awsEffects } from "./host-effects/aws.ts";
import { handOverTo, run } from "./host-effects/process.ts";
import { readSelf } from "./host-effects/self.ts";
import { stateDirectory } from "./memory.ts";
import { exitCodes } from "./outcomes.ts";
import { type Report, wordOf, writeReport } from "./report.ts";
import type { HostIdentity } from "./run.ts";
import type { HandedOver } from "./steps/runtime.ts";
import { timerRun } from "./timer-run.ts";

const usage = `usage: agent converge --release ID | run | status
  converge  bring this host to a release, also to one that it refused before
  run       what the timer does: bring it to the release that the bucket points at
  status    print the report of the last run`;
const usageError = 64;

async function main(argv: readonly string[]): Promise<number> {
  const { positionals, values } = parseArgs({
    args: [...argv],
    options: { release: { type: "string" } },
    allowPositionals: true,
  });
  const [command] = positionals;
  if (command === "status") {
    process.stdout.write(await readFile(`${stateDirectory}/status.json`, "utf8"));
    return 0;
  }
  const context = await contextOf(argv);
  if (command === "run") return finish(await timerRun(context));
  if (command === "converge") return finish(await converge(sha256Text.parse(values.release), context));
  console.error(usage);
  return usageError;
}

async function contextOf(argv: readonly string[]) {
  const identity = JSON.parse(await readFile("/etc/metrics-link/agent.json", "utf8")) as HostIdentity;
  const effects: Effects = {
    root: "/",
    ...awsEffects(identity),
    run,
    ask,
    handOverTo,
    now: () => Date.now(),
    sleep: async (milliseconds) => {
      await setTimeout(milliseconds);
    },
  };
  return { identity, effects, self: await readSelf(fileURLToPath(import.meta.url), argv) };
}

async function finish(result: Report | HandedOver): Promise<number> {
  if ("exitCode" in result) return result.exitCode;
  await writeReport("/", result);
  console.log(wordOf(result));
  return exitCodes[result.outcome];
}

process.exitCode = await main(process.argv.slice(2)).catch((error: Error) => {
  console.log(`failed: ${error.message}`);
  console.error(error);
  return 1;
});
