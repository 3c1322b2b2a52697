import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { UnitMemory } from "@metrics-link/sandbox/realiser/hosts/unit-memory.ts";

const unit = "metrics-link-gate.service";

describe("the memory of a unit", () => {
  const started: ChildProcess[] = [];
  afterEach(() => {
    for (const child of started.splice(0)) child.kill("SIGKILL");
  });

  /** A process that holds so many MiB. */
  async function holding(mebibytes: number): Promise<ChildProcess> {
    const program = `import time; held = bytearray(${mebibytes} << 20); print("held", flush=True); time.sleep(600)`;
    const child = spawn("python3", ["-c", program], { stdio: ["ignore", "pipe", "inherit"] });
    started.push(child);
    await once(child.stdout, "data");
    return child;
  }
  const memoryOf = (processes: readonly ChildProcess[], limit: string, systemdLimitsNoMemory = true) =>
    new UnitMemory(
      {
        systemdLimitsNoMemory,
        services: async () => [{ unit, processes: processes.flatMap(({ pid }) => pid ?? []) }],
      },
      async () => limit,
    );
  const runs = ({ exitCode, signalCode }: ChildProcess) => exitCode === null && signalCode === null;

  it("is what its processes have together; the largest is killed above the limit", async () => {
    const [small, large] = [await holding(40), await holding(80)];
    await memoryOf([small, large], `${100 << 20}`).enforce();
    const [, signal] = await once(large, "exit");
    assert.equal(signal, "SIGKILL");
    assert.ok(runs(small));
  });

  it("is left alone below its limit, without one, and where systemd holds it", async () => {
    const child = await holding(80);
    await memoryOf([child], `${200 << 20}`).enforce();
    await memoryOf([child], "infinity").enforce();
    await memoryOf([child], "").enforce();
    await memoryOf([child], `${10 << 20}`, false).enforce();
    // It would have ended by the time at which another one has started.
    await holding(1);
    assert.ok(runs(child));
  });
});
