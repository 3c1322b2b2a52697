import { spawn } from "node:child_process";
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Debian's `nobody`: neither root nor anybody's file. */
const ordinary = 65534;

export interface Ended {
  readonly code: number | null;
  readonly printed: string;
}

/** The user of a container in GitLab; and of a runner in GitHub, who may become it. */
export const superuser = 0;

/**
 * A machine of a pipeline as far as scripts see it: a user with a home of its own, this machine's programs, and stand-ins for
 * those that would reach GitHub, GitLab or AWS.
 */
export class Machine {
  readonly root = mkdtempSync(join(tmpdir(), "metrics-link-workflow-"));
  readonly home = join(this.root, "home");
  readonly work = join(this.home, "work");
  /** Whether a script can become another user here, and so be kept from the files and the processes of the first one. */
  readonly separatesUsers: boolean;
  readonly #bin = join(this.root, "bin");
  readonly #user: number | undefined;

  /** @param user runs the scripts; unless the tests have no right to that: then whoever runs the tests does */
  constructor(user = ordinary) {
    const asRoot = process.getuid?.() === 0;
    this.#user = asRoot ? user : undefined;
    this.separatesUsers = this.#user === superuser;
    chmodSync(this.root, 0o755);
    for (const folder of [this.#bin, this.home, this.work]) mkdirSync(folder);
    // Root's own tools are not for everybody's eyes.
    copyFileSync(process.execPath, join(this.#bin, "node"));
    this.give(this.home, this.work);
    if (user !== superuser) return;
    this.stub("useradd", "");
    this.stub("sudo", 'exec "$@"');
    if (asRoot) return;
    this.stub("chown", "");
    this.stub("setpriv", 'while [[ "$1" == -* ]]; do shift; done; exec "$@"');
  }

  /** Makes paths the user's own, folders with all that is in them. */
  give(...paths: string[]): void {
    if (this.#user === undefined) return;
    for (const path of paths) {
      chownSync(path, this.#user, this.#user);
      if (lstatSync(path).isDirectory()) this.give(...readdirSync(path).map((name) => join(path, name)));
    }
  }

  /** A program that stands in for another one, before it on PATH. */
  stub(name: string, script: string): void {
    writeFileSync(join(this.#bin, name), `#!/bin/bash\n${script}\n`, { mode: 0o755 });
  }

  /** Runs a script as both pipelines do: by bash that stops at the first failure, also in a pipe. */
  run(script: string, env: NodeJS.ProcessEnv = {}, folder = this.work): Promise<Ended> {
    const file = join(this.root, "script");
    writeFileSync(file, script, { mode: 0o644 });
    const child = spawn("bash", ["--noprofile", "--norc", "-eo", "pipefail", file], {
      cwd: folder,
      env: { HOME: this.home, PATH: `${this.#bin}:/usr/bin:/bin`, TMPDIR: this.home, ...env },
      ...(this.#user === undefined ? {} : { uid: this.#user, gid: this.#user }),
      stdio: ["ignore", "pipe", "pipe"],
    });
    let printed = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        printed += text;
      });
    }
    return new Promise((done, failed) => {
      child.on("error", failed);
      child.on("close", (code) => done({ code, printed }));
    });
  }

  /** @returns what a script left in its home or its work, empty if nothing */
  left(path: string): string {
    const file = join(this.home, path);
    return existsSync(file) ? readFileSync(file, "utf8") : "";
  }

  remove(): void {
    rmSync(this.root, { recursive: true });
  }
}
