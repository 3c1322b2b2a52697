import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
} from "node:fs";
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
 * store of packages is: they are linked and not copied.
 */
export class LaidOut {
  /** The folder with its Pulumi.yaml. */
  readonly directory: string;

  constructor() {
    const reviews = join(cacheDirectory(), "reviews");
    mkdirSync(reviews, { recursive: true });
    for (const name of readdirSync(reviews)) if (isLeftOver(name)) rmSync(join(reviews, name), { recursive: true });
    this.directory = mkdtempSync(join(reviews, `${process.pid}-`));
  }

  /** @param archive of the program, in the form of tar */
  unpack(archive: Buffer): void {
    execFileSync("tar", ["-x", "-C", this.directory], { input: archive });
  }

  /** Takes files or folders from a checkout, in the place of its own. */
  take(checkout: string, paths: readonly string[], links: "followed" | "kept" = "followed"): void {
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
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** Of a review that was killed. */
const isLeftOver = (name: string) => !existsSync(`/proc/${name.split("-")[0]}`);
