/** Mounts of a sandbox that somebody else's mount namespace has a copy of: a container's, an `unshare --mount` in a script. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { LinkError } from "@metrics-link/contract";
import { run } from "@metrics-link/sandbox/realiser/command.ts";
import { shareMounts } from "@metrics-link/sandbox/realiser/hosts/root-disk.ts";
import { cleanUp, namespaces } from "@metrics-link/sandbox/realiser/index.ts";
import { machineState } from "./machine-state.ts";
import { temporaryLayout } from "./temporary-layout.ts";

describe("the end of a sandbox", function () {
  this.timeout(120_000);
  const layout = temporaryLayout();
  const others: ChildProcess[] = [];
  afterEach(async () => {
    for (const other of others.splice(0)) {
      other.kill("SIGKILL");
      if (other.exitCode === null && other.signalCode === null) await once(other, "exit");
    }
    await cleanUp(layout);
  });

  /** A root disk as a host has one: a file system in a file below the shared mount of all hosts. */
  async function makeDisk(): Promise<string> {
    mkdirSync(layout.hosts, { recursive: true });
    await shareMounts(layout.hosts);
    const [image, disk] = [join(layout.hosts, "disk.img"), join(layout.hosts, "disk")];
    mkdirSync(disk);
    await run(["truncate", "--size=16M", image]);
    await run(["mkfs.ext4", "-q", image]);
    await run(["mount", "-o", "loop", image, disk]);
    return disk;
  }

  /** Somebody else's process with a mount namespace of its own. */
  async function elsewhere(script: string, ...propagation: string[]): Promise<ChildProcess> {
    const words = ["--mount", ...propagation, "sh", "-c", `${script}; echo here; exec sleep 600`];
    const other = spawn("unshare", words, { cwd: "/", stdio: ["ignore", "pipe", "inherit"] });
    others.push(other);
    await once(other.stdout ?? assert.fail("no stdout"), "data");
    return other;
  }

  const left = async () => Object.values(await machineState(layout.directory)).flat();

  it("takes its mounts out of namespaces that copied them", async () => {
    await makeDisk();
    const other = await elsewhere(":");
    await cleanUp(layout);
    assert.deepEqual(await left(), []);
    assert.equal(other.exitCode, null, "the other process goes on");
  });

  it("names whoever is busy in a mount, removes the rest, and does it all once they have ended", async () => {
    const disk = await makeDisk();
    const { prefix } = namespaces(layout);
    await run(["ip", "netns", "add", `${prefix}test`]);
    const other = await elsewhere(`cd ${disk}`);
    await assert.rejects(cleanUp(layout, { deadlineMs: 200 }), ({ code, message }: LinkError) => {
      assert.equal(code, "TIMED_OUT");
      assert.match(message, /the mounts below \S+ to go: they are in use by /);
      assert.ok(message.includes(`${other.pid} (sleep 600)`), message);
      return true;
    });
    assert.deepEqual((await machineState(prefix)).namespaces, []);
    other.kill("SIGKILL");
    await once(other, "exit");
    await cleanUp(layout);
    assert.deepEqual(await left(), []);
  });

  it("leaves alone what another machine's files have under the same path", async () => {
    await makeDisk();
    const other = await elsewhere(
      `mount -t tmpfs own ${dirname(layout.directory)} && mkdir -p ${layout.hosts} && mount -t tmpfs own ${layout.hosts}`,
      "--propagation=slave",
    );
    await cleanUp(layout);
    assert.deepEqual(await left(), []);
    const mounts = readFileSync(`/proc/${other.pid}/mountinfo`, "utf8");
    assert.ok(mounts.includes(` ${layout.hosts} `), mounts);
  });
});
