import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Comparison, compare, type Files, type Pack, type PreviewRecord } from "@metrics-link/review";
import { parse } from "yaml";
import { repository, type StackContext } from "../stack/context.ts";
import { Git } from "./git.ts";
import { closed, type Inputs, inputsOf } from "./inputs.ts";
import { preview } from "./preview.ts";
import { filesIn } from "./program.ts";
import { ReviewedProgram } from "./reviewed.ts";

export interface BranchOptions {
  readonly base?: string;
  readonly accepted: readonly string[];
}

export interface Reviewed {
  readonly record: PreviewRecord;
  readonly pack: Pack;
  readonly comparison: Comparison;
  readonly config: Inputs["config"];
}

/**
 * Previews the stack with the program of the checkout, judged by the pack of the reviewed commit, and beside it with the
 * reviewed program: same configuration, same state.
 */
export async function reviewBranch(
  context: StackContext,
  { base: reference, accepted }: BranchOptions,
): Promise<Reviewed> {
  const { stack, project, environment, file } = context;
  const git = new Git(repository);
  const base = git.base(reference);
  const reviewed = new ReviewedProgram(git, base);
  try {
    const inputs = inputsOf(repository, file.path);
    const isConfiguration = configurationFiles(inputs);
    const before = without(reviewed.files, isConfiguration);
    const after = without(filesIn(repository, git.files()), isConfiguration);
    const differs = !sameFiles(before, after);
    const tracked = git.show(base, `stacks/${basename(file.path)}`);
    const configuration = {
      before: configurationOf(tracked, reviewed.files, isConfiguration),
      after: configurationOf(
        tracked === undefined ? undefined : file.text(),
        filesIn(repository, git.files()),
        isConfiguration,
      ),
    };
    reviewed.prepare(repository, file.path, inputs.named, repository);
    const pack = join(reviewed.directory, "packages", "policy");
    const [head, old, judge] = await Promise.all([
      preview({ stack, project, environment, pack }),
      differs ? preview({ stack, project: reviewed.directory, environment }) : undefined,
      import(pathToFileURL(join(pack, "index.ts")).href) as Promise<Pack>,
    ]);
    if (old !== undefined && !old.record.succeeded) throw new Error(refused(base, old.record));
    const comparison = compare({
      stack,
      base,
      before: { files: before, ...(old && { asked: old.asked }) },
      after: { files: after, ...(old && { asked: head.asked }) },
      configuration,
      accepted,
    });
    return { record: head.record, pack: judge, comparison, config: inputs.config };
  } finally {
    reviewed.remove();
  }
}

const refused = (base: string, { errors }: PreviewRecord) =>
  `the program of ${base.slice(0, 12)} does not run with this configuration, so nothing can be compared with it; ` +
  `change the program first, and the configuration in a change of its own:\n${errors.map(({ message }) => message).join("\n")}`;

/** Stack files, and what the configuration names: whether a path is one of them. */
function configurationFiles({ named }: Inputs): (path: string) => boolean {
  return (path) =>
    /^stacks\/Pulumi\.[^/]+\.yaml$/.test(path) || named.some((one) => path === one || path.startsWith(`${one}/`));
}

const without = (files: Files, left: (path: string) => boolean): Files =>
  new Map([...files].filter(([path]) => !left(path)));

const sameFiles = (one: Files, other: Files) =>
  one.size === other.size && [...one].every(([path, text]) => other.get(path) === text);

function configurationOf(stackFile: string | undefined, files: Files, isConfiguration: (path: string) => boolean) {
  const found = new Map<string, unknown>(
    [...files].filter(([path]) => isConfiguration(path) && !/^stacks\/Pulumi\./.test(path)),
  );
  if (stackFile !== undefined) found.set("config", (closed(parse(stackFile)) as { config?: unknown }).config);
  return found;
}
