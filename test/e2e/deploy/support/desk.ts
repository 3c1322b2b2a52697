import { spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { cacheDirectory } from "@metrics-link/release";

/** Debian's `nobody`: neither root nor anybody's file. */
const ordinary = 65534;

export interface Ended {
  readonly code: number | null;
  /** stdout and stderr as they came. */
  readonly printed: string;
}

/**
 * The machine of whoever deploys: an ordinary user with a home, a checkout of the repository, Node, npm and the AWS command line. Root's
 * folders stay closed to this user, so what they need of root's lies in their own by a bind mount of each command's own mount namespace.
 */
export class Desk {
  readonly root = mkdtempSync(join(tmpdir(), "metrics-link-desk-"));
  readonly home = join(this.root, "home");
  readonly checkout = join(this.home, "metrics-link");
  readonly #bin = join(this.root, "bin");
  readonly #mounts: [from: string, to: string][] = [];
  readonly #running = new Set<number>();
  #scripts = 0;

  constructor(repository: string) {
    chmodSync(this.root, 0o755);
    for (const folder of [this.#bin, this.home, join(this.home, "tmp")]) mkdirSync(folder);
    // Pulumi's links between the packages are relative, so they lead to this checkout's own.
    cpSync(repository, this.checkout, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => basename(path) !== ".git" && path !== join(repository, "node_modules"),
    });
    this.#mount(join(repository, "node_modules"), join(this.checkout, "node_modules"));
    this.#bringAwsCommandLine();
    // Programs ask this for the home as well (Go's os/user).
    this.#mounts.push([join(this.root, "passwd"), "/etc/passwd"]);
    writeFileSync(
      join(this.root, "passwd"),
      `root:x:0:0::/root:/bin/sh\nperson:x:${ordinary}:${ordinary}::${this.home}:/bin/bash\n`,
    );
    spawnSync("chown", ["--recursive", "--no-dereference", `${ordinary}:${ordinary}`, this.home]);
  }

  /** Opens a socket of root's to the user. @returns where it is for them */
  mountSocket(socket: string): string {
    const here = join(this.root, basename(socket));
    writeFileSync(here, "");
    chownSync(socket, ordinary, ordinary);
    this.#mounts.push([socket, here]);
    return here;
  }

  /** Writes a file of the user's. @param path from their home */
  write(path: string, text: string, mode = 0o644): void {
    const file = join(this.home, path);
    writeFileSync(file, text, { mode });
    chownSync(file, ordinary, ordinary);
  }

  /** Makes a folder of the user's. @param path from their home */
  folder(path: string): void {
    mkdirSync(join(this.home, path), { recursive: true, mode: 0o700 });
    chownSync(join(this.home, path), ordinary, ordinary);
  }

  /** Runs a script by bash, which stops at the first failure, in the checkout or another folder. */
  run(script: string, environment: NodeJS.ProcessEnv, folder = this.checkout): Promise<Ended> {
    const file = join(this.root, `script-${this.#scripts++}`);
    writeFileSync(file, script, { mode: 0o644 });
    const mounts = this.#mounts.map(([from, to]) => `mount --bind ${from} ${to}`);
    const user = `setpriv --reuid ${ordinary} --regid ${ordinary} --clear-groups --no-new-privs`;
    const shell = ["set -e", ...mounts, `exec ${user} bash --noprofile --norc -eo pipefail ${file}`].join("\n");
    const child = spawn("unshare", ["--mount", "--propagation=slave", "sh", "-c", shell], {
      cwd: folder,
      detached: true,
      env: {
        ...{ HOME: this.home, USER: "person", LANG: "C.UTF-8", TMPDIR: join(this.home, "tmp") },
        PATH: `${this.#bin}:/usr/bin:/bin:/usr/sbin:/sbin`,
        ...environment,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const { pid } = child;
    if (pid !== undefined) this.#running.add(pid);
    let printed = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        printed += text;
      });
    }
    return new Promise((done, failed) => {
      child.on("error", failed);
      child.on("close", (code) => {
        if (pid !== undefined) this.#running.delete(pid);
        done({ code, printed });
      });
    });
  }

  /** Ends what still runs, and removes the machine. */
  remove(): void {
    for (const pid of this.#running) process.kill(-pid, "SIGKILL");
    rmSync(this.root, { recursive: true, force: true });
  }

  #mount(from: string, to: string): void {
    mkdirSync(to, { recursive: true });
    this.#mounts.push([from, to]);
  }

  /** The pinned one, which set-up brought for the tests. Its Python may be root's own as well. */
  #bringAwsCommandLine(): void {
    const ask =
      "import sys, sysconfig; print(sys.base_prefix, sysconfig.get_path('purelib'), f'python3.{sys.version_info[1]}')";
    const { stdout } = spawnSync(join(cacheDirectory(), "bin", "awscli-python"), ["-c", ask], { encoding: "utf8" });
    const [prefix = "", packages = "", python = ""] = stdout.trim().split(" ");
    if (!existsSync(packages) || !lstatSync(prefix).isDirectory())
      throw new Error(`the AWS command line is not there: ${stdout}`);
    const [ownPrefix, ownPackages] = [join(this.root, "python"), join(this.root, "awscli")];
    this.#mount(prefix, ownPrefix);
    this.#mount(packages, ownPackages);
    const call = `LD_LIBRARY_PATH=${ownPrefix}/lib PYTHONHOME=${ownPrefix} PYTHONPATH=${ownPackages} exec ${ownPrefix}/bin/${python} -m awscli "$@"`;
    writeFileSync(join(this.#bin, "aws"), `#!/bin/sh\n${call}\n`, { mode: 0o755 });
  }
}
