import { readFile } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { messageOf, parseJson } from "@metrics-link/contract";
import { evidenceParts, packHostEvidence, sha256Text, unpackAuditOutcome } from "@metrics-link/release";
import { ask } from "../common/http.ts";
import { converge, timerRun } from "./converge.ts";
import type { Effects } from "./effects.ts";
import { evidence } from "./evidence/index.ts";
import { finish } from "./finish.ts";
import { awsEffects } from "./host-effects/aws.ts";
import { eachLine, handOverTo, readSelf, run } from "./host-effects/process.ts";
import { recall, stateDirectory } from "./memory.ts";
import { type Context, exitCodes, hostIdentity } from "./run.ts";
import { emptyReport, type StatusReport } from "./status-report.ts";
import { writeAuditTextfile } from "./textfile.ts";

const usage = `usage: agent converge --release ID [--force] | run | status | evidence [PART...] | audited OUTCOME
  converge  bring this host to a release, even to one that it refused before;
            --force makes changes at once that would lose samples which are not sent yet
  run       bring this host to the release that the bucket points at; what the timer does
  status    print the status report of the last run
  evidence  print what this host is and runs, or only these parts, for an audit: JSON, gzip, base64; changes nothing
  audited   store the outcome of an audit for the metrics: JSON, base64, as npm run audit -- --tell makes it`;
const usageError = 64;

function asked(argv: readonly string[]) {
  return parseArgs({
    args: [...argv],
    options: { release: { type: "string" }, force: { type: "boolean", default: false } },
    allowPositionals: true,
  });
}

function refusedCall(what: string): number {
  console.error(`error: ${what}\n${usage}`);
  return usageError;
}

async function main(argv: readonly string[]): Promise<number> {
  let found: ReturnType<typeof asked>;
  try {
    found = asked(argv);
  } catch (error) {
    return refusedCall(messageOf(error));
  }
  const { positionals, values } = found;
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
  if (command !== "run" && command !== "converge") return refusedCall(`the command is ${command ?? "missing"}`);
  const release = sha256Text.safeParse(values.release).data;
  if (command === "converge" && release === undefined)
    return refusedCall(`--release is ${values.release ?? "missing"}: the id of a release is expected`);
  const context = { ...(await contextOf(argv)), force: values.force };
  const work = command === "run" || release === undefined ? timerRun(context) : converge(release, context);
  return finish(context.effects, await work.catch((error: Error) => failed(context, error)));
}

async function contextOf(argv: readonly string[]): Promise<Context> {
  const identityFile = "/etc/metrics-link/agent.json";
  const identity = parseJson(hostIdentity, await readFile(identityFile, "utf8"), identityFile);
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

async function failed(context: Context, error: Error): Promise<StatusReport> {
  console.error(error);
  return { ...emptyReport(context, await recall("/"), "failed"), reasons: [error.message] };
}

process.exitCode = await main(process.argv.slice(2)).catch((error: Error) => {
  console.log(`failed: ${error.message}`);
  console.error(error);
  return exitCodes.failed;
});
