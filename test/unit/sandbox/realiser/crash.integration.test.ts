import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheDirectory } from "@metrics-link/release";
import { cleanUp, namespaces } from "@metrics-link/sandbox/realiser/index.ts";
import { until } from "@metrics-link/sandbox/realiser/until.ts";
import { type MachineState, machineState } from "./machine-state.ts";
import { temporaryLayout } from "./temporary-layout.ts";

const images = join(cacheDirectory(), "images");
const image = readdirSync(images).find((name) => name.startsWith("debian-13-")) ?? "missing";
const program = fileURLToPath(new URL("crashing-world.ts", import.meta.url));

/**
 * Starts a world, kills it when `moment` has come, and cleans up with nothing but its layout.
 * @param meanwhile what else happens on the machine before it is killed
 */
async function crashAt(
  moment: (left: MachineState) => boolean,
  meanwhile: () => Promise<unknown> = async () => undefined,
): Promise<MachineState> {
  const layout = temporaryLayout();
  const { prefix } = namespaces(layout);
  const cache = dirname(dirname(layout.directory));
  const [name = ""] = layout.directory.split("/").at(-1)?.split("-") ?? [];
  const argv = [program, name, cache, join(images, image, "root")];
  const world = spawn(process.execPath, argv, { stdio: ["ignore", "ignore", "inherit"] });
  const ended = once(world, "exit");
  try {
    const seen = await until("the moment to crash", 30_000, async () => {
      const state = await machineState(prefix);
      return moment(state) && state;
    });
    await meanwhile();
    return seen;
  } finally {
    world.kill("SIGKILL");
    await ended;
    await cleanUp(layout);
    assert.deepEqual(Object.values(await machineState(prefix)).flat(), []);
    assert.deepEqual(Object.values(await machineState(layout.directory)).flat(), []);
    assert.ok(!existsSync(layout.directory));
  }
}

describe("a world that was killed", function () {
  this.timeout(60_000);

  it("while it made the network leaves nothing behind after cleaning up", async () => {
    await crashAt(({ namespaces: made }) => made.length > 0);
  });

  it("while its first host was starting leaves nothing behind", async () => {
    await crashAt(({ controlGroups }) => controlGroups.length > 0);
  });

  it("with running hosts and volumes leaves nothing behind", async () => {
    const { loopDevices, processes } = await crashAt(({ machines }) => machines.length === 2);
    assert.equal(loopDevices.length, 0, "their files are found by folder, not by tag");
    assert.ok(processes.length >= 2);
  });

  it("with running hosts, of whose mounts a container has copies, leaves nothing behind", async () => {
    const words = ["--mount", "sh", "-c", "echo here; exec sleep 600"];
    const containers: ChildProcess[] = [];
    const enter = async () => {
      const container = spawn("unshare", words, { cwd: "/", stdio: ["ignore", "pipe", "inherit"] });
      containers.push(container);
      await once(container.stdout, "data");
    };
    try {
      await crashAt(({ machines }) => machines.length === 2, enter);
      assert.deepEqual(
        containers.map(({ exitCode, signalCode }) => [exitCode, signalCode]),
        [[null, null]],
      );
    } finally {
      for (const container of containers) container.kill("SIGKILL");
    }
  });
});
