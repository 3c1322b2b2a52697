import { spawn } from "node:child_process";
import { readFile, realpath } from "node:fs/promises";
import { createInterface } from "node:readline";
import { LinkError, printableLines } from "@metrics-link/contract";
import { sha256 } from "@metrics-link/release";
import type { Effects } from "../effects.ts";
import type { Self } from "../run.ts";

/** The lock's descriptor, as bin/agent opens it. */
const lockDescriptor = 9;

const plainEnvironment = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LANG: "C.UTF-8" };

const cannotRun = (command: string, cause: Error) =>
  new LinkError("COMMAND_FAILED", { what: `${command} cannot be run`, cause });

/** Runs a command with a PATH and no other environment. */
export const run: Effects["run"] = (argv, { as, cwd = "/", timeoutMs } = {}) =>
  new Promise((resolve, reject) => {
    const [command = "", ...args] = as === undefined ? argv : inTransientUnit(argv, { user: as, cwd });
    const child = spawn(command, args, {
      stdio: ["ignore", "pipe", "pipe"],
      env: plainEnvironment,
      cwd,
      ...(timeoutMs === undefined ? {} : { timeout: timeoutMs, killSignal: "SIGKILL" as const }),
    });
    let output = "";
    const collect = (chunk: Buffer) => {
      output += chunk.toString();
    };
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    child.on("error", (cause) => reject(cannotRun(command, cause)));
    child.on("close", (code, signal) =>
      code === null
        ? reject(
            new LinkError("COMMAND_FAILED", {
              what: printableLines(
                `${argv.join(" ")} was killed by ${signal} (its limit is ${timeoutMs} ms): ${output}`,
              ),
            }),
          )
        : resolve({ code, output }),
    );
  });

export const eachLine: Effects["eachLine"] = (argv, take, { timeoutMs }) =>
  new Promise((resolve, reject) => {
    const [command = "", ...args] = argv;
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], env: plainEnvironment, cwd: "/" });
    const limit = setTimeout(() => child.kill("SIGKILL"), timeoutMs);
    let errors = "";
    child.stderr.on("data", (chunk: Buffer) => {
      errors = `${errors}${chunk.toString()}`.slice(0, 2000);
    });
    createInterface({ input: child.stdout }).on("line", take);
    child.on("error", (cause) => reject(cannotRun(command, cause)));
    child.on("close", (code, signal) => {
      clearTimeout(limit);
      resolve({ code, errors, cut: signal === "SIGKILL" });
    });
  });

/** The other agent inherits the lock, so that it stays taken if this one is killed. */
export const handOverTo: Effects["handOverTo"] = (argv) =>
  new Promise((resolve, reject) => {
    const [command = "", ...args] = argv;
    const lock = Array.from({ length: lockDescriptor - 2 }, (_, index) =>
      index + 3 === lockDescriptor ? lockDescriptor : ("ignore" as const),
    );
    const child = spawn(command, args, {
      stdio: ["inherit", "inherit", "inherit", ...lock],
      env: { ...process.env, [takeOverVariable]: "1" },
    });
    child.on("error", (cause) => reject(cannotRun(command, cause)));
    child.on("close", (code, signal) =>
      code === null
        ? reject(new LinkError("COMMAND_FAILED", { what: `the agent that took over was killed by ${signal}` }))
        : resolve(code),
    );
  });

/** The sandbox of a validator: it may read, compute and print (systemd.exec). */
const sandboxProperties = [
  "CapabilityBoundingSet=",
  "NoNewPrivileges=yes",
  "PrivateDevices=yes",
  "PrivateNetwork=yes",
  "PrivateTmp=yes",
  "ProtectHome=yes",
  "ProtectSystem=strict",
  "ProtectProc=invisible",
  "RestrictNamespaces=yes",
  "SystemCallFilter=@system-service",
  "SystemCallFilter=~@privileged",
];

/**
 * The command line that has systemd run a command as another user, in a transient unit. So the agent needs no capability to
 * change its user, and a validated file can do nothing to the host.
 */
export function inTransientUnit(
  argv: readonly string[],
  { user, cwd }: { readonly user: string; readonly cwd: string },
): string[] {
  return [
    ...["systemd-run", "--quiet", "--pipe", "--wait", "--collect", "--service-type=exec"],
    ...[`--uid=${user}`, `--gid=${user}`, `--working-directory=${cwd}`],
    ...sandboxProperties.map((property) => `--property=${property}`),
    "--",
    ...argv,
  ];
}

/** Tells an agent that another one has handed over to it. */
const takeOverVariable = "METRICS_LINK_AGENT_TOOK_OVER";

/** Which agent this is; a release names it by the hash of its file. */
export async function readSelf(file: string, argv: readonly string[]): Promise<Self> {
  return {
    agentSha256: sha256(await readFile(file)),
    nodePath: await realpath(process.execPath),
    argv,
    tookOver: process.env[takeOverVariable] === "1",
  };
}
