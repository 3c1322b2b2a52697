import { copyFileSync } from "node:fs";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Comparison, compare, type Files, type Pack, type PreviewRecord } from "@metrics-link/review";
import { parse } from "yaml";
import { repository, type StackContext } from "../stack/context.ts";
import { Git } from "./git.ts";
import { closed, type Inputs, inputsOf } from "./inputs.ts";
import { type Previewed, preview } from "./preview.ts";
import { filesIn, LaidOut } from "./program.ts";

/**
 * What set-up brought to this machine is of the checkout's versions, and a program refuses any other. So both run with the
 * checkout's; a change of the file is one of the source, which names each version and hash.
 */
const pins = "tools.json";

export interface BranchOptions {
  /** The commit that was reviewed; if not given, where the branch left the main one. */
  readonly base?: string | undefined;
  /** The checkout to review, when it is not the one that this code is in. */
  readonly head?: string | undefined;
  /** Hashes of differences that a person has accepted. */
  readonly accepted: readonly string[];
}

export interface Reviewed extends Previewed {
  readonly pack: Pack;
  readonly comparison: Comparison;
  readonly config: Inputs["config"];
}

/**
 * Previews the stack with the program of a checkout, judged by the pack of the commit that was reviewed; and, where the
 * two programs differ, beside it with the program of that commit: same configuration, same state.
 * @throws Error when the program that was reviewed does not run with this configuration
 */
export async function reviewBranch(context: StackContext, options: BranchOptions): Promise<Reviewed> {
  const { stack, environment, file } = context;
  const checkout = options.head ?? repository;
  const git = new Git(checkout);
  const commit = git.base(options.base);
  const inputs = inputsOf(checkout, file.path);
  const base = await LaidOut.take();
  const head = options.head === undefined ? undefined : await LaidOut.take();
  try {
    base.unpack(git.archive(commit));
    const paths = git.files();
    const before = divided(filesIn(base.directory, git.filesOf(commit)), inputs);
    const after = divided(filesIn(checkout, paths), inputs);
    const differs = !isSame(before.program, after.program);
    // The checkout's own installed packages will do for a program that is the checkout's own.
    if (differs || head !== undefined) makeRunnable(base, checkout, [...inputs.named, pins], file.path);
    if (differs && head !== undefined) {
      const there = new Set(after.all.keys());
      head.takeOver(
        checkout,
        paths.filter((path) => there.has(path)),
        "kept",
      );
      makeRunnable(head, checkout, [], file.path);
    }
    const project = head === undefined ? context.project : (differs ? head : base).directory;
    const judges = join(differs || head !== undefined ? base.directory : repository, "packages", "policy");
    const [next, old, pack] = await Promise.all([
      preview({ stack, project, environment, pack: judges }),
      differs ? preview({ stack, project: base.directory, environment }) : undefined,
      import(pathToFileURL(join(judges, "index.ts")).href) as Promise<Pack>,
    ]);
    if (old !== undefined && !old.record.succeeded && next.record.succeeded)
      throw new Error(refused(commit, old.record));
    const tracked = git.show(commit, `stacks/${basename(file.path)}`);
    const comparison = compare({
      stack,
      base: commit,
      before: { files: before.program, ...(old && { asked: old.asked }) },
      after: { files: after.program, ...(old && { asked: next.asked }) },
      configuration: {
        before: withStack(before.named, tracked),
        after: withStack(after.named, tracked === undefined ? undefined : file.text()),
      },
      accepted: options.accepted,
    });
    return { ...next, pack, comparison, config: inputs.config };
  } finally {
    base.remove();
    head?.remove();
  }
}

function makeRunnable(program: LaidOut, checkout: string, named: readonly string[], stackFile: string): void {
  program.takeOver(checkout, named);
  copyFileSync(stackFile, join(program.directory, "stacks", basename(stackFile)));
  program.install();
}

/** Files of the program, and those that the configuration names. Stack files belong to neither: they are data. */
function divided(all: Files, { named }: Inputs) {
  const isNamed = (path: string) => named.some((one) => path === one || path.startsWith(`${one}/`));
  const isStackFile = (path: string) => /^stacks\/Pulumi\.[^/]+\.yaml$/.test(path);
  const only = (wanted: (path: string) => boolean): Files => new Map([...all].filter(([path]) => wanted(path)));
  return { all, named: only(isNamed), program: only((path) => !isNamed(path) && !isStackFile(path)) };
}

const isSame = (one: Files, other: Files) =>
  one.size === other.size && [...one].every(([path, text]) => other.get(path) === text);

/** A stack file that is not in source control is compared with nothing. */
function withStack(named: Files, stackFile: string | undefined): ReadonlyMap<string, unknown> {
  if (stackFile === undefined) return named;
  const { config } = closed(parse(stackFile) ?? {}) as { config?: unknown };
  return new Map<string, unknown>([...named, ["config", config]]);
}

const refused = (commit: string, { errors }: PreviewRecord) =>
  `the program of ${commit.slice(0, 12)} does not run with this configuration, so that nothing can be compared with it. ` +
  "Change the program first, and use what is new of it in a change of its own.\n" +
  errors.map(({ message }) => message).join("\n");
