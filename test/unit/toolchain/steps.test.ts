import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { PassThrough } from "node:stream";
import { setTimeout } from "node:timers/promises";
import { Board } from "../../../scripts/toolchain/board.mjs";
import { Processes } from "../../../scripts/toolchain/processes.mjs";
import { lastLines, runSteps } from "../../../scripts/toolchain/steps.mjs";

/** Waits until a process has ended; whether init has collected it yet does not matter. */
async function ended(pid: number): Promise<void> {
  const deadline = Date.now() + 5000;
  const running = () => existsSync(`/proc/${pid}/stat`) && !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  while (running()) {
    assert.ok(Date.now() < deadline, `process ${pid} still runs`);
    await setTimeout(10);
  }
}

describe("steps of set-up", () => {
  let logs = "";
  let out = new PassThrough();
  let processes = new Processes();
  beforeEach(() => {
    logs = mkdtempSync(path.join(tmpdir(), "metrics-link-"));
    out = new PassThrough();
    processes = new Processes();
  });
  afterEach(() => rmSync(logs, { recursive: true }));
  const run = (steps: Parameters<typeof runSteps>[0]) =>
    runSteps(steps, { board: new Board(out as unknown as NodeJS.WriteStream), processes, logs });
  const shown = () => String(out.read());

  it("run in parallel, but after those that they depend on", async () => {
    const order: string[] = [];
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const step = (name: string, after: string[], work: () => Promise<void> | void) => ({
      name,
      after,
      work: async () => {
        order.push(`${name} begins`);
        await work();
        order.push(`${name} ends`);
        return "";
      },
    });
    const { failed, skipped } = await run([
      step("a", [], () => gate),
      step("b", [], () => open()),
      step("c", ["a", "b"], () => {}),
    ]);
    assert.deepEqual([failed, skipped], [[], []]);
    assert.deepEqual(order.slice(0, 2), ["a begins", "b begins"]);
    assert.deepEqual(order.slice(-2), ["c begins", "c ends"]);
  });

  it("leave a log that ends with the reason of a failure, and continue where possible", async () => {
    const { failed, skipped } = await run([
      { name: "bad one", after: [], work: ({ run }) => run(["sh", "-c", "echo first; echo reason >&2; exit 3"]) },
      { name: "after bad", after: ["bad one"], work: async () => "never" },
      { name: "other", after: [], work: async () => "fine" },
    ]);
    assert.equal(failed[0]?.error.message, "sh ended with exit code 3");
    assert.deepEqual(skipped, ["after bad"]);
    assert.match(await lastLines(failed[0]?.logFile ?? "", 1), /^ {4}reason$/);
    const text = shown();
    assert.match(text, /^failed {2}bad one \(0 s, \d of 3\): sh ended with exit code 3$/m);
    assert.match(text, /^done {4}other \(0 s, \d of 3\): fine$/m);
  });

  it("stop with their grandchildren, and no new step begins", async () => {
    const pidFile = path.join(logs, "pid");
    const stopped = run([
      {
        name: "long",
        after: [],
        work: ({ run }) =>
          run(["sh", "-c", `sleep 600 & echo $! >${pidFile}; echo ready; wait`], {
            onLine: (line: string) => void (line === "ready" && processes.stop()),
          }),
      },
      { name: "next", after: ["long"], work: async () => "never" },
    ]);
    const { failed, skipped } = await stopped;
    assert.equal(failed[0]?.step, "long");
    assert.deepEqual(skipped, ["next"]);
    await ended(Number(readFileSync(pidFile, "utf8")));
    assert.match(shown(), /^stopped long/m);
  });

  it("name a missing program", async () => {
    const { failed } = await run([
      { name: "x", after: [], work: ({ run }) => run(["no-such-command"], { finishes: true }) },
    ]);
    assert.match(failed[0]?.error.message ?? "", /no-such-command could not be started/);
  });
});
