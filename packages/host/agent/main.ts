import { readFile } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { evidenceParts, packHostEvidence, type Release, sha256Text, unpackAuditOutcome } from "@metrics-link/release";
import { ask } from "../common/ask.ts";
import { recall, stateDirectory } from "../common/memory.ts";
import { writeAuditTextfile } from "./audit-textfile.ts";
import { type Context, converge } from "./converge.ts";
import type { Effects } from "./effects.ts";
import { evidence } from "./evidence/index.ts";
import { fencesOf } from "./fences.ts";
import { awsEffects } from "./host-effects/aws.ts";
import { eachLine, handOverTo, run } from "./host-effects/process.ts";
import { readSelf } from "./host-effects/self.ts";
import { exitCodes } from "./outcomes.ts";
import { nothingReported, type Report, writeReport } from "./report.ts";
import type { HostIdentity } from "./run.ts";
import { storedRelease } from "./steps/fetch.ts";
import type { HandedOver } from "./steps/runtime.ts";
import { writeTextfile } from "./textfile.ts";
import { timerRun } from "./timer-run.ts";
import { wordOf } from "./word.ts";

const usage = `usage: agent converge --release ID [--force] | run | status | evidence [PART...] | audited OUTCOME
  converge  bring this host to a release, also to one that it refused before;
            with --force at once, although samples that are not sent yet are then not sent at all
  run       what the timer does: bring it to the release that the bucket points at
  status    print the report of the last run
  evidence  print what this host is and runs, for an audit: JSON, gzip, base64; changes nothing;
            with names only these parts of it
  audited   keep how an audit ended, for the metrics: JSON, base64, as npm run audit -- --tell makes it`;
const usageError = 64;

async function main(argv: readonly string[]): Promise<number> {
  const { positionals, values } = parseArgs({
    args: [...argv],
    options: { release: { type: "string" }, force: { type: "boolean", default: false } },
    allowPositionals: true,
  });
  const [command, ...names] = positionals;
  if (command === "status") {
    process.stdout.write(await readFile(`${stateDirectory}/status.json`, "utf8"));
    return 0;
  }
  if (command === "evidence") {
    const { identity, effects } = await contextOf(argv);
    const wanted = evidenceParts.filter((name) => names.length === 0 || names.includes(name));
    process.stdout.write(`${packHostEvidence(await evidence(effects, identity.host, wanted))}\n`);
    return 0;
  }
  if (command === "audited") {
    await writeAuditTextfile("/", unpackAuditOutcome(names[0] ?? ""));
    return 0;
  }
  if (command !== "run" && command !== "converge") {
    console.error(usage);
    return usageError;
  }
  const context = { ...(await contextOf(argv)), force: values.force };
  const work = command === "run" ? timerRun(context) : converge(sha256Text.parse(values.release), context);
  return finish(context, await work.catch((error: Error) => failed(context, error)));
}

async function contextOf(argv: readonly string[]): Promise<Context> {
  const identity = JSON.parse(await readFile("/etc/metrics-link/agent.json", "utf8")) as HostIdentity;
  const effects: Effects = {
    root: "/",
    ...awsEffects(identity),
    run,
    eachLine,
    ask,
    handOverTo,
    now: () => Date.now(),
    sleep: async (milliseconds) => {
      await setTimeout(milliseconds);
    },
  };
  return { identity, effects, self: await readSelf(fileURLToPath(import.meta.url), argv) };
}

/** Without them the metrics say nothing of the fences, and of all else what there is to say. */
const fences = (effects: Effects, release: Release) =>
  fencesOf(effects, release).catch((error: Error) => {
    console.error(`what the units are held to is not known: ${error.message}`);
    return [];
  });

async function failed(context: Context, error: Error): Promise<Report> {
  console.error(error);
  return { ...nothingReported(context, await recall("/"), "failed"), reasons: [error.message] };
}

async function finish({ effects }: Context, result: Report | HandedOver): Promise<number> {
  if ("exitCode" in result) return result.exitCode;
  console.log(wordOf(result));
  await writeReport(effects.root, result);
  const release = result.release ? await storedRelease(effects, result.release) : undefined;
  await writeTextfile(effects.root, result, release, release && (await fences(effects, release)));
  return exitCodes[result.outcome];
}

process.exitCode = await main(process.argv.slice(2)).catch((error: Error) => {
  console.log(`failed: ${error.message}`);
  console.error(error);
  return exitCodes.failed;
});
