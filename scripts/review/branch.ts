import { lstatSync, readFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { LinkError } from "@metrics-link/contract";
import { cacheDirectory } from "@metrics-link/release";
import {
  bytesOf,
  type Comparison,
  compare,
  type DeclaredSender,
  declaredSenders,
  type Files,
  isSameFile,
  type Pack,
  type PreviewRecord,
  plainOf,
  type SourceFile,
  sourceFile,
} from "@metrics-link/review";
import { repository, type StackContext } from "../stack/context.ts";
import { Git } from "./git.ts";
import { isNamedBy, namedBefore, namedPaths } from "./inputs.ts";
import { type Previewed, preview } from "./preview.ts";
import { filesIn, filesOfCommit, LaidOut } from "./program.ts";
import { readStackDocument, type StackDocument } from "./stack-document.ts";

/**
 * What set-up brought to this machine is of the checkout's versions, and a program refuses any other. So both run with
 * the checkout's; a change of the file is one of the source, which names each version and hash.
 */
const pins = "tools.json";

/** Nothing in these runs in an update. Everything else is the program: also set-up, the pack, and this review. */
const isProgram = (path: string) => !/^(docs|test)\/|^[^/]+\.md$|^LICENSE$/.test(path);

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
  readonly config: StackDocument["config"];
  /** The senders of a receiver: those that were reviewed, and the branch's. */
  readonly senders: { readonly before: readonly DeclaredSender[]; readonly after: readonly DeclaredSender[] };
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
  const [before, after] = [filesOfCommit(git, commit), filesIn(checkout, git.files())];
  const stackFile = stackFileOf(file.path, checkout, { before, after });
  const named = [
    ...namedPaths(stackFile.now.config, checkout, after),
    ...namedBefore(stackFile.reviewed?.config ?? {}),
  ];
  const [old, next] = [divided(before, named), divided(after, named)];
  const differs = !isSame(old.program, next.program);
  const laidOut: LaidOut[] = [];
  const lay = async (whose: "base" | "head", files: Files) => {
    const place = await LaidOut.take(join(cacheDirectory(), "reviews", whose));
    laidOut.push(place);
    place.lay(new Map([...files, ...next.named, [`stacks/${basename(file.path)}`, stackFile.file]]));
    place.install();
    return place.directory;
  };
  try {
    const tools = after.get(pins);
    // The checkout's own installed packages will do for a program that is the checkout's own.
    const base =
      differs || options.head !== undefined
        ? await lay("base", new Map([...old.program, ...(tools === undefined ? [] : [[pins, tools] as const])]))
        : undefined;
    const head = differs && options.head !== undefined ? await lay("head", next.program) : base;
    const project = options.head === undefined || head === undefined ? context.project : head;
    const judges = join(base ?? repository, "packages", "policy");
    const [seen, other, pack] = await Promise.all([
      preview({ stack, project, environment, pack: judges }),
      differs && base !== undefined ? preview({ stack, project: base, environment }) : undefined,
      import(pathToFileURL(join(judges, "index.ts")).href) as Promise<Pack>,
    ]);
    if (other !== undefined && !other.record.succeeded && seen.record.succeeded)
      throw new LinkError("REVIEW_REFUSED", { what: refused(commit, other.record) });
    const comparison = compare({
      stack,
      base: commit,
      before: { files: new Map([...old.program, ...stackFile.others.before]), ...(other && { asked: other.asked }) },
      after: { files: new Map([...next.program, ...stackFile.others.after]), ...(other && { asked: seen.asked }) },
      configuration: {
        before: new Map([...plain(old.named), ...stackFile.configuration.before]),
        after: new Map([...plain(next.named), ...stackFile.configuration.after]),
      },
      accepted: options.accepted,
    });
    const { now, reviewed = { config: {} }, isCompared } = stackFile;
    const senders = {
      before: declaredSenders((isCompared ? reviewed : now).config, before),
      after: declaredSenders(now.config, after),
    };
    return { ...seen, pack, comparison, config: now.config, senders };
  } finally {
    for (const place of laidOut) place.remove();
  }
}

/**
 * A stack's file in both checkouts. What is beside its configuration decides over the keys that protect the state, and
 * no policy judges it: so it counts as program. A file that git ignores is compared with nothing.
 * @throws LinkError when it is not a regular file, or can be read in two ways
 */
function stackFileOf(path: string, checkout: string, { before, after }: { before: Files; after: Files }) {
  if (!lstatSync(path).isFile()) throw new LinkError("REVIEW_REFUSED", { what: `${path} is not a regular file` });
  const inside = relative(checkout, path);
  const bytes = readFileSync(path);
  const now = readStackDocument(basename(path), bytes);
  const isCompared = before.has(inside) || after.has(inside);
  const was = before.get(inside);
  const reviewed = was === undefined ? undefined : reviewedDocument(inside, was);
  const others = (document: StackDocument | undefined): [string, SourceFile][] =>
    Object.entries(document?.others ?? {}).map(([key, value]) => [
      `${inside}, ${key}`,
      sourceFile("100644", Buffer.from(JSON.stringify(value))),
    ]);
  const configuration = (document: StackDocument | undefined): [string, unknown][] =>
    document === undefined
      ? []
      : [
          ["config", document.config],
          ["comments", document.comments],
        ];
  const both = <Of>(of: (document: StackDocument | undefined) => Of[]) => ({
    before: isCompared ? of(reviewed) : [],
    after: isCompared ? of(now) : [],
  });
  return {
    now,
    reviewed,
    isCompared,
    file: sourceFile("100644", bytes),
    others: both(others),
    configuration: both(configuration),
  };
}

/** Where it cannot be read, everything in the branch's is new. */
function reviewedDocument(path: string, file: SourceFile): StackDocument | undefined {
  try {
    return readStackDocument(path, bytesOf(file));
  } catch {
    return undefined;
  }
}

/** Files of the program, and those that the configuration names. Stack files belong to neither: they are data. */
function divided(all: Files, named: readonly string[]) {
  const isNamed = (path: string) => isNamedBy(named, path);
  const isStackFile = (path: string) => /^stacks\/Pulumi\.[^/]+\.yaml$/.test(path);
  const only = (wanted: (path: string) => boolean): Files => new Map([...all].filter(([path]) => wanted(path)));
  return { named: only(isNamed), program: only((path) => isProgram(path) && !isNamed(path) && !isStackFile(path)) };
}

const isSame = (one: Files, other: Files) =>
  one.size === other.size && [...one].every(([path, file]) => isSameFile(other.get(path), file));

const plain = (files: Files) => [...files].map(([path, file]): [string, unknown] => [path, plainOf(file)]);

const refused = (commit: string, { errors }: PreviewRecord) =>
  `the program of ${commit.slice(0, 12)} does not run with this configuration, so that nothing can be compared with it. ` +
  "Change the program first, and use what is new of it in a change of its own.\n" +
  errors.map(({ message }) => message).join("\n");
