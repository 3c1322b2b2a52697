import { spawn } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import { LinkError, shortName } from "@metrics-link/contract";
import { say } from "../stack/command-line.ts";
import { beforehand, compareSince, describeCompared } from "../stack/compare.ts";
import { contextOf, repository } from "../stack/context.ts";
import { underLoad } from "./load.ts";

interface Step {
  readonly script: "rotate" | "trust";
  readonly words: readonly string[];
  /** Killed after so many milliseconds; then the stack is unlocked and the step repeated. */
  readonly killedAfter?: number;
}

const rotate = (...words: string[]): Step => ({ script: "rotate", words });
const killed = (step: Step): Step => ({ ...step, killedAfter: 9_000 });
const accept = (stack: string): Step => ({ script: "trust", words: ["accept", "--stack", stack, "--yes"] });

/** Every rotation of both sides, each killed once in the middle; the roots of both at once. */
const steps: readonly Step[] = [
  ...["sender", "receiver"].flatMap((stack) => [
    killed(rotate("leaf", "--stack", stack)),
    killed(rotate("intermediate", "--stack", stack)),
  ]),
  killed(rotate("root", "--stack", "sender")),
  accept("receiver"),
  killed(rotate("root", "--stack", "receiver")),
  accept("sender"),
  killed(rotate("root", "--stack", "sender")),
  killed(rotate("root", "--stack", "receiver")),
  rotate("follow", "--stack", "receiver"),
  rotate("follow", "--stack", "sender"),
  ...["sender", "receiver"].flatMap((stack) => [
    rotate("leaf", "--emergency", "--stack", stack),
    rotate("follow", "--stack", stack === "sender" ? "receiver" : "sender"),
  ]),
];

/**
 * The whole proof in the sandbox: every rotation under write load, and at its end every raw sample compared.
 * @returns the exit code: 0 when no sample is missing or different
 */
export async function prove(sandboxName: string | undefined, series: number): Promise<number> {
  const sender = contextOf("sender", sandboxName);
  const { sandbox } = sender;
  if (sandbox === undefined) {
    throw new LinkError("SANDBOX_NOT_UP", {
      what: "the proof compares both ends, so it runs in a sandbox only",
      next: "run `npm run -s sandbox -- up`",
    });
  }
  const relieve = await underLoad(sender, sandbox, series);
  try {
    await pause(10_000);
    const from = beforehand();
    for (const step of steps) await make(step, sandbox.name);
    const compared = await compareSince(sandbox, from);
    say(describeCompared(compared));
    return compared.missing + compared.different === 0 && compared.series > series ? 0 : 1;
  } finally {
    await relieve();
  }
}

async function make(step: Step, sandboxName: string): Promise<void> {
  const { script, words, killedAfter } = step;
  say(`--- ${script} ${words.join(" ")}${killedAfter === undefined ? "" : " (killed and resumed)"}`);
  const compare = script === "rotate" ? ["--no-compare"] : [];
  const call = [
    "scripts/with-toolchain.mjs",
    "node",
    "scripts/link.ts",
    script,
    ...words,
    ...compare,
    "--sandbox",
    sandboxName,
  ];
  if (killedAfter !== undefined) {
    const first = start(call);
    const timer = setTimeout(() => process.kill(-(first.child.pid ?? 0), "SIGKILL"), killedAfter);
    await first.ended;
    clearTimeout(timer);
    const stack = words[words.indexOf("--stack") + 1] ?? "";
    const { pulumi, file } = contextOf(stack, sandboxName);
    const { exchange } = file.read();
    // Either may have been killed: a rotation updates both.
    const updated = [stack, ...(exchange === undefined ? [] : [shortName(exchange)])];
    for (const one of updated) await pulumi.must(["cancel", one, "--yes"]);
  }
  const code = await start(call).ended;
  if (code !== 0 && code !== 3) {
    throw new LinkError("COMMAND_FAILED", { what: `${script} ${words.join(" ")} exited with code ${code}` });
  }
}

function start(call: readonly string[]) {
  const child = spawn("node", call, { cwd: repository, detached: true, stdio: ["ignore", "inherit", "inherit"] });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  return { child, ended };
}
