import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { takeLock } from "../../../scripts/toolchain/lock.mjs";
import { lockOf } from "../../../scripts/toolchain/paths.mjs";

const lockModule = fileURLToPath(new URL("../../../scripts/toolchain/lock.mjs", import.meta.url));

describe("lock of set-up", () => {
  const name = (test: string) => `\0metrics-link-test-${process.pid}-${test}`;

  it("has one holder at a time, whom waiting processes can name", async () => {
    const holders: string[] = [];
    const release = await takeLock(name("queue"), assert.fail);
    const second = takeLock(name("queue"), (pid: string) => {
      holders.push(pid);
      void release();
    });
    await (await second)();
    assert.deepEqual(holders, [String(process.pid)]);
  });

  for (const [kind, crash] of Object.entries({
    "an abstract socket": name("crash"),
    "a socket with a path, as on macOS": lockOf(`/cache-of-${process.pid}`, "darwin"),
  }))
    it(`does not outlive a process that was killed: ${kind}`, async () => {
      const program = `import { takeLock } from ${JSON.stringify(lockModule)};
      await takeLock(${JSON.stringify(crash)}, () => {});
      console.log("held");
      setInterval(() => {}, 1000);`;
      const holder = spawn(process.execPath, ["--input-type=module", "--eval", program], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      try {
        await once(holder.stdout, "data");
        const waited: string[] = [];
        const release = await takeLock(crash, (pid: string) => {
          waited.push(pid);
          holder.kill("SIGKILL");
        });
        assert.deepEqual(waited, [String(holder.pid)]);
        await release();
      } finally {
        holder.kill("SIGKILL");
      }
    });
});
