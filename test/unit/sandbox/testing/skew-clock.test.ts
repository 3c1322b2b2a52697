import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { eventually } from "../../../support/eventually.ts";

const script = fileURLToPath(import.meta.resolve("@metrics-link/sandbox/testing/faults/on-host/skew-clock.ts"));

/** Two threads that never stop asking: for the wall clock, and for the one that no wall clock moves. */
const program = `
import threading, time
def ask():
    while True: time.time()
threading.Thread(target=ask, daemon=True).start()
while True:
    print(time.time(), time.monotonic(), flush=True)
    time.sleep(0.01)
`;

describe("a clock that is set ahead", () => {
  let child: ChildProcess;
  let read: readonly [wall: number, monotonic: number] | undefined;
  before(() => {
    child = spawn("python3", ["-c", program], { stdio: ["ignore", "pipe", "inherit"] });
    createInterface(child.stdout as NodeJS.ReadableStream).on("line", (line) => {
      const [wall = 0, monotonic = 0] = line.split(" ").map(Number);
      read = [wall, monotonic];
    });
  });
  after(() => child.kill("SIGKILL"));

  const put = (seconds: number) => {
    const { status, stderr } = spawnSync(process.execPath, [script, `${seconds}`, `${child.pid}`], {
      encoding: "utf8",
    });
    assert.equal(status, 0, stderr);
  };
  const ahead = (least: number, most: number) =>
    eventually(`a clock that is ${least} to ${most} s ahead`, (note) => {
      const by = read === undefined ? Number.NaN : read[0] - Date.now() / 1000;
      note(by);
      return by >= least && by <= most ? by : undefined;
    });

  it("is ahead only in the running process, and correct afterwards", async () => {
    await ahead(-2, 1);
    const [began, beganHere] = [read?.[1] ?? 0, performance.now()];
    put(30);
    await ahead(28, 31);
    put(-300);
    await ahead(-302, -299);
    put(0);
    await ahead(-2, 1);
    const jumped = (read?.[1] ?? 0) - began - (performance.now() - beganHere) / 1000;
    assert.ok(Math.abs(jumped) < 5, `the monotonic clock jumped by ${jumped} s`);
  });
});
