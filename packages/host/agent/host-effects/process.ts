import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Effects } from "../effects.ts";
import { takeOverVariable } from "./self.ts";
import { inTransientUnit } from "./transient-unit.ts";

/** The lock's descriptor, as bin/agent opens it. */
const lockDescriptor = 9;

const plainEnvironment = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LANG: "C.UTF-8" };

/** Runs a command with nothing of this process's environment but a PATH. */
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
    child.on("error", (cause) => reject(new Error(`${command} cannot be run`, { cause })));
    child.on("close", (code, signal) =>
      code === null
        ? reject(new Error(`${argv.join(" ")} was ended by ${signal} (its limit is ${timeoutMs} ms): ${output}`))
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
    child.on("error", (cause) => reject(new Error(`${command} cannot be run`, { cause })));
    child.on("close", (code, signal) => {
      clearTimeout(limit);
      resolve({ code, errors, cut: signal === "SIGKILL" });
    });
  });

/** The other agent holds the lock as well, so that it stays taken should this one be killed. */
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
    child.on("error", (cause) => reject(new Error(`${command} cannot be run`, { cause })));
    child.on("close", (code, signal) =>
      code === null ? reject(new Error(`the agent that took over was ended by ${signal}`)) : resolve(code),
    );
  });
