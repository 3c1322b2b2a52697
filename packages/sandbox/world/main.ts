/** The world's own process: `node main.ts DIRECTORY LAYOUT`, with the layout as JSON. Started by start.ts. */
import type { Layout } from "../model/layout.ts";
import { claim, release } from "./instance.ts";
import type { StartMessage } from "./protocol.ts";
import { World } from "./world.ts";

const layout: Layout = JSON.parse(process.argv[3] ?? "");
const tell = (message: StartMessage) => {
  if (process.connected) process.send?.(message);
};
const log = (line: string) => console.log(`${new Date().toISOString()} ${line}`);

try {
  claim(layout);
  const world = await World.start(layout, {
    log,
    progress: (text) => {
      log(text);
      tell({ progress: text });
    },
    onStopped: () => {
      release(layout);
      log("ended");
      process.exit(0);
    },
    onBroken: (reason) => {
      log(`cannot go on: ${reason}`);
      process.exit(1);
    },
  });
  for (const signal of ["SIGTERM", "SIGINT"] as const)
    process.on(signal, () => void world.stop().then(() => world.exit()));
  tell({ ready: true });
} catch (error) {
  log(`did not start: ${(error as Error).stack}`);
  tell({ failed: (error as Error).message });
  process.exit(1);
}
