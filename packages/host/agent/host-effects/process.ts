import { spawn } from "node:child_process";
import type { Effects } from "../effects.ts";
import { takeOverVariable } from "./self.ts";
import { inTransientUnit } from "./transient-unit.ts";

/** The lock's descriptor, as bin/agent opens it. */
const lockDescriptor = 9;

/** Runs a command with nothing of this process's environment but a PATH. */
export const run: Effects["run"] = (argv, { as, cwd = "/", timeoutMs } = {}) =>
  new Promise((resolve, reject) => {
    const [command = "", ...args] = as === undefined ? argv : inTransientUnit(argv, { user: as, cwd });
    const child = spawn(command, args, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LANG: "C.UTF-8" },
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
