import { next, type Rotation, rotations, underWay } from "@metrics-link/pki/rotation/index.ts";
import { mediumOf } from "@metrics-link/sandbox/cli/ceremony.ts";
import { type Command, counted, oneOf, optionsOf, required, say, toRead, wholeNumber } from "../stack/command-line.ts";
import { beforehand, compareSince, describeCompared } from "../stack/compare.ts";
import { artifactFolder, contextOf, type StackContext } from "../stack/context.ts";
import { act, type Carried, PersonNeeded } from "./act.ts";
import { describeExpiries } from "./expiries.ts";
import { prove } from "./proof.ts";
import { describeNext, describeView } from "./status.ts";
import { readView } from "./view.ts";

const usage = `Usage: npm run -s rotate -- COMMAND --stack STACK [...]
  status         the state of each rotation, its next step and whose turn it is
  leaf           a new key and certificate, now. --emergency: the peer's next update refuses the old one
  intermediate   a new intermediate by a ceremony, and a leaf under it; the peer does not notice
  root           a new root beside the old one, then in its place, as far as it is this side's turn
  follow         this side's steps of a peer's rotation
  prove          in the sandbox: every rotation of both sides under load, each killed and resumed [--series N]
Each resumes where it was interrupted. --medium DIR [--passphrase-file FILE]: the root is at hand; otherwise it stops
where a ceremony is due. --steps N: stops after N steps. In the sandbox it compares the raw samples of both ends over the
whole time, unless --no-compare. Exit codes: 0 this side has done its part, 3 it stopped before.`;

const text = { type: "string" } as const;
const options = {
  stack: text,
  sandbox: text,
  medium: text,
  "passphrase-file": text,
  steps: text,
  series: text,
  emergency: { type: "boolean", default: false },
  compare: { type: "boolean", default: true },
} as const;

async function main([command, ...words]: readonly string[]): Promise<number> {
  const name = oneOf("COMMAND", command, ["status", ...rotations, "prove"] as const);
  const given = optionsOf(words, options);
  if (name === "prove") return await prove(given.sandbox, wholeNumber("--series", given.series ?? "20000", 1, 1e6));
  const steps = counted(given.steps, "--steps") ?? Number.POSITIVE_INFINITY;
  const context = contextOf(required(given.stack, "--stack"), given.sandbox);
  if (name === "status") {
    const view = await readView(context);
    say(describeView(view, underWay(view), Date.now()));
    const { lifetimes } = context.file.read().pki;
    if (view.root === "offline") {
      say(describeExpiries(view, artifactFolder(context), lifetimes.leafDays, Date.now()).join("\n"));
    }
    return 0;
  }
  const from = beforehand();
  const carried = carriedOf(context, given);
  const done = await rotate(context, name, given.emergency === true, carried, steps);
  if (given.compare === false) return done ? 0 : 3;
  if (context.sandbox) {
    const compared = await compareSince(context.sandbox, from);
    say(describeCompared(compared));
    if (compared.missing + compared.different > 0) return 1;
  } else say("samples: compared in the sandbox only; docs/rotate.md says what to check on AWS");
  return done ? 0 : 3;
}

/** The sandbox's own medium lies beside its stacks. */
function carriedOf(
  { sandbox }: StackContext,
  given: { medium?: string; "passphrase-file"?: string },
): Carried | undefined {
  if (given.medium !== undefined)
    return { folder: toRead("--medium", given.medium, "folder"), passphraseFile: given["passphrase-file"] };
  return sandbox && mediumOf(sandbox);
}

/** A leaf or an intermediate is one turn; a rotation of the root goes on until it is somebody else's. */
async function rotate(
  context: StackContext,
  rotation: Rotation,
  emergency: boolean,
  carried: Carried | undefined,
  steps: number,
): Promise<boolean> {
  const began = (await readView(context)).inForce.generations;
  for (let step = 1; step <= steps; step += 1) {
    const view = await readView(context);
    const { generations } = view.inForce;
    if (step > 1 && isDone(rotation, began, generations)) return told(underWay(view));
    const todo = next(view, rotation, emergency);
    if (todo.turn !== "ours") return told(todo);
    say(`${context.stack}: ${todo.why}`);
    try {
      say(`  ${await act(context, todo.action, carried)}`);
    } catch (error) {
      if (!(error instanceof PersonNeeded)) throw error;
      say(`  a person is needed: ${error.message}\n  then run the same command again`);
      return false;
    }
  }
  say(`stopped after ${steps} steps; run the same command to resume`);
  return false;
}

type InForce = Awaited<ReturnType<typeof readView>>["inForce"]["generations"];

/** Begun anew by the next call, not by the same one: a rotation of the root ends by itself, at the peer's turn. */
function isDone(rotation: Rotation, began: InForce, now: InForce): boolean {
  if (rotation === "leaf") return now.leaf > began.leaf;
  if (rotation === "intermediate") return now.intermediate > began.intermediate;
  return rotation === "root" && began.otherRoots.length > 0 && now.otherRoots.length === 0;
}

function told(next: Parameters<typeof describeNext>[0]): true {
  say(`next: ${describeNext(next)}`);
  return true;
}

export const command: Command = { usage, run: main };
