import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:net";
import { dirname, join } from "node:path";
import { bytesOf, type Files, type SourceFile, sourceFile } from "@metrics-link/review";
import { forInstalling } from "./environment.ts";
import { type Git, type Listing, refused } from "./git.ts";
import { checkPackageSettings } from "./package-settings.ts";

/** The files of a commit, from git itself. */
export function filesOfCommit(git: Git, commit: string): Files {
  const listed = [...git.filesOf(commit)];
  const blobs = listed.flatMap(([, { mode, object = "" }]) => (mode === "160000" ? [] : [object]));
  const bytes = git.blobs(blobs);
  let next = 0;
  return new Map(
    listed.map(([path, { mode, object = "" }]) => {
      if (mode === "160000") return [path, sourceFile(mode, Buffer.from(object))];
      const content = bytes[next] ?? Buffer.alloc(0);
      next += 1;
      const kind = mode === "120000" || mode === "100755" ? mode : "100644";
      return [path, sourceFile(kind, content)];
    }),
  );
}

/**
 * The files of a checkout as they lie there. A path that is listed and not there has been removed.
 * @throws LinkError REVIEW_REFUSED for what no listing describes: a socket, or a submodule with something in it
 */
export function filesIn(checkout: string, listing: Listing): Files {
  const found = [...listing].flatMap(([path, { mode, object = "" }]): [string, SourceFile][] => {
    const full = join(checkout, path);
    if (!hasPlainParents(checkout, path)) return [];
    const there = lstatSync(full, { throwIfNoEntry: false });
    if (there === undefined) return [];
    if (there.isSymbolicLink()) return [[path, sourceFile("120000", readlinkSync(full, "buffer"))]];
    if (there.isFile()) return [[path, sourceFile(there.mode & 0o100 ? "100755" : "100644", readFileSync(full))]];
    if (!there.isDirectory()) throw refused(`${path} is neither a file nor a link: it cannot be compared`);
    if (mode !== "160000") return [];
    if (readdirSync(full).length > 0)
      throw refused(`the submodule ${path} is checked out: only its commit can be compared`, "leave it empty");
    return [[path, sourceFile("160000", Buffer.from(object))]];
  });
  return new Map(found);
}

/** Whether every folder on the way to a path is one, and no link to one. */
function hasPlainParents(directory: string, path: string): boolean {
  let folder = directory;
  for (const part of path.split("/").slice(0, -1)) {
    folder = join(folder, part);
    if (!lstatSync(folder, { throwIfNoEntry: false })?.isDirectory()) return false;
  }
  return true;
}

/**
 * A copy of a program that can be run, beside the checkout and with nothing of it. It is in the cache folder, where the
 * store of packages is: they are linked and not copied. Its installed packages, and what Node compiled of it, serve the
 * next review.
 */
export class LaidOut {
  /** The folder with its Pulumi.yaml. */
  readonly directory: string;
  /** Holds the place for this process; the kernel gives it back, however that ends. */
  readonly #lock: Server;

  private constructor(directory: string, lock: Server) {
    this.directory = directory;
    this.#lock = lock;
    mkdirSync(directory, { recursive: true });
    this.#empty();
  }

  /**
   * Takes the first place that no other review has.
   * @param places one folder for reviewed programs and another for branches': what a branch had installed serves no
   * base
   */
  static async take(places: string): Promise<LaidOut> {
    for (let number = 1; ; number += 1) {
      const directory = join(places, `${number}`);
      const lock = await held(directory);
      if (lock !== undefined) return new LaidOut(directory, lock);
    }
  }

  /**
   * Writes files to where none are, and nothing but these: what is run is what was compared.
   * @throws LinkError REVIEW_REFUSED, before anything is written, for a path or a link that would lead out of here or
   * to installed packages
   */
  lay(files: Files): void {
    for (const [path, file] of files) {
      const parts = path.split("/");
      if (parts.some((part) => ["", ".", "..", ".git", "node_modules"].includes(part)))
        throw refused(`${JSON.stringify(path)} cannot be laid out: it is no path of a program`);
      const leadsOut =
        file.mode === "120000" && (file.encoding !== "utf8" || /^\/|(^|\/)\.\.(\/|$)/.test(file.content));
      if (leadsOut) throw refused(`${path} cannot be laid out: it is a link that leads up or out`);
      const throughLink = parts.slice(1).some((_, end) => {
        const parent = files.get(parts.slice(0, end + 1).join("/"));
        return parent !== undefined;
      });
      if (throughLink) throw refused(`${path} cannot be laid out: a folder on its way is a file or a link`);
    }
    for (const [path, file] of files) {
      const target = join(this.directory, path);
      mkdirSync(file.mode === "160000" ? target : dirname(target), { recursive: true });
      if (file.mode === "120000") symlinkSync(file.content, target);
      else if (file.mode !== "160000")
        writeFileSync(target, bytesOf(file), { flag: "wx", mode: file.mode === "100755" ? 0o755 : 0o644 });
    }
  }

  /**
   * Installs the packages of its own lock file and runs no code of them, nor of a file that steers pnpm. Packages of
   * the workspace come from here. No credentials are at hand.
   * @throws Error with what pnpm says, or for settings by which pnpm would do more
   */
  install(): void {
    checkPackageSettings(this.directory);
    const words = ["install", "--frozen-lockfile", "--prefer-offline", "--ignore-scripts", "--ignore-pnpmfile"];
    const env = { ...forInstalling(process.env), CI: "true" };
    execFileSync("pnpm", [...words, "--reporter=append-only"], {
      cwd: this.directory,
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
  }

  remove(): void {
    this.#empty();
    this.#lock.close();
  }

  #empty(): void {
    const below = (folder: string) => {
      for (const entry of readdirSync(folder, { withFileTypes: true })) {
        const path = join(folder, entry.name);
        if (entry.name === "node_modules" && entry.isDirectory()) continue;
        if (entry.isDirectory()) below(path);
        else rmSync(path);
      }
    };
    below(this.directory);
  }
}

/** An abstract socket (unix(7)), or undefined when another process has it. */
function held(directory: string): Promise<Server | undefined> {
  const name = createHash("sha256").update(directory).digest("hex").slice(0, 16);
  return new Promise((resolve, reject) => {
    const lock = createServer();
    lock.once("error", (error: NodeJS.ErrnoException) =>
      error.code === "EADDRINUSE" ? resolve(undefined) : reject(error),
    );
    lock.listen(`\0metrics-link-review-${name}`, () => resolve(lock.unref()));
  });
}
