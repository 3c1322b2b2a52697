import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { dirname, join } from "node:path";
import { cacheDirectory } from "@metrics-link/contract";
import type { Files } from "@metrics-link/review";

/**
 * The files of a program, each as one text: where a link leads, and whether a file may be executed, is part of it.
 * A path that is listed and not there has been removed.
 */
export function filesIn(directory: string, paths: readonly string[]): Files {
  const texts = paths.flatMap((path): [string, string][] => {
    const full = join(directory, path);
    const found = lstatSync(full, { throwIfNoEntry: false });
    if (found === undefined) return [];
    if (found.isSymbolicLink()) return [[path, `a link to ${readlinkSync(full)}`]];
    // A repository within the repository.
    if (found.isDirectory()) return [[path, "a folder"]];
    return [[path, `${found.mode & 0o100 ? "(executable) " : ""}${textOf(readFileSync(full))}`]];
  });
  return new Map(texts);
}

/** Bytes that are no UTF-8 count as well. */
function textOf(bytes: Buffer): string {
  const text = bytes.toString("utf8");
  return Buffer.from(text).equals(bytes) ? text : `(base64) ${bytes.toString("base64")}`;
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

  /** Takes the first place that no other review has. */
  static async take(places = join(cacheDirectory(), "reviews")): Promise<LaidOut> {
    for (let number = 1; ; number += 1) {
      const directory = join(places, `${number}`);
      const lock = await held(directory);
      if (lock !== undefined) return new LaidOut(directory, lock);
    }
  }

  /** @param archive of the program, in the form of tar */
  unpack(archive: Buffer): void {
    execFileSync("tar", ["-x", "-C", this.directory], { input: archive });
  }

  /** Takes files or folders from a checkout, in the place of its own. */
  takeOver(checkout: string, paths: readonly string[], links: "followed" | "kept" = "followed"): void {
    const how = links === "followed" ? { dereference: true } : { verbatimSymlinks: true };
    for (const path of paths) {
      const target = join(this.directory, path);
      rmSync(target, { recursive: true, force: true });
      mkdirSync(dirname(target), { recursive: true });
      cpSync(join(checkout, path), target, { recursive: true, ...how });
    }
  }

  /**
   * Installs the packages of its own lock file and runs no code of them. Packages of the workspace come from here.
   * @throws Error with what pnpm says
   */
  install(): void {
    const words = ["install", "--frozen-lockfile", "--prefer-offline", "--ignore-scripts", "--reporter=append-only"];
    const env = { ...process.env, CI: "true" };
    execFileSync("pnpm", words, { cwd: this.directory, env, stdio: ["ignore", "pipe", "pipe"] });
  }

  remove(): void {
    this.#empty();
    this.#lock.close();
  }

  #empty(): void {
    const below = (folder: string) => {
      for (const entry of readdirSync(folder, { withFileTypes: true })) {
        const path = join(folder, entry.name);
        if (entry.name === "node_modules") continue;
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
