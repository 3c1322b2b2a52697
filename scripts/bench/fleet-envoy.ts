import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { LinkError } from "@metrics-link/contract";
import { envoyFlags, releaseFiles } from "@metrics-link/envoy";
import { type HostFile, hostPaths, ports } from "@metrics-link/release";
import type { Leaf } from "./fleet-members.ts";

/** A start with 1,000 filter chains takes seconds, and more on a machine that is busy. */
const startSeconds = 120;

/** Memory and the length of the page of metrics of a real Envoy that runs these files on loopback; nobody connects to it. */
export async function envoyWith(
  files: readonly HostFile[],
  leaf: Leaf,
): Promise<{ residentBytes: number; series: number }> {
  const base = mkdtempSync(join(tmpdir(), "fleet-envoy-"));
  const places = new Map<number, number>();
  for (const port of [ports.ingest, ports.ready, ports.envoyMetrics]) places.set(port, await freePort());
  const moved = (text: string) =>
    text
      .replaceAll(hostPaths.envoyAdminSocket, join(base, "admin.sock"))
      .replaceAll(hostPaths.base, base)
      .replaceAll("0.0.0.0", "127.0.0.1")
      .replaceAll(/"port_value": (\d+)/g, (_, port) => `"port_value": ${places.get(Number(port)) ?? port}`);
  for (const { path, content } of [...files, { path: releaseFiles.privateKey, content: leaf.key }]) {
    mkdirSync(dirname(join(base, "release", path)), { recursive: true });
    writeFileSync(join(base, "release", path), moved(content));
  }
  symlinkSync(join(base, "release"), join(base, "current"));
  const flags = [...envoyFlags(join(base, "current", releaseFiles.bootstrap)), "--log-level", "error"];
  const envoy = spawn("envoy", flags, { stdio: ["ignore", "ignore", "inherit"] });
  const ended = once(envoy, "exit");
  try {
    const page = await metricsOf(`http://127.0.0.1:${places.get(ports.envoyMetrics)}`, () => envoy.exitCode !== null);
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${envoy.pid}/status`, "utf8")) ?? [];
    return {
      residentBytes: Number(kilobytes) * 1024,
      series: page.split("\n").filter((line) => /^\w/.test(line)).length,
    };
  } finally {
    envoy.kill();
    await ended;
    rmSync(base, { recursive: true });
  }
}

/** The page once the ingest listener is there: Envoy is live before it has read the file. */
async function metricsOf(url: string, hasEnded: () => boolean): Promise<string> {
  for (const until = Date.now() + startSeconds * 1000; Date.now() < until; await sleep(100)) {
    if (hasEnded()) break;
    const page = await fetch(`${url}/stats/prometheus`)
      .then((answer) => answer.text())
      .catch(() => "");
    if (/^envoy_listener_manager_lds_update_success\{\} [1-9]/m.test(page)) return page;
  }
  throw new LinkError("COMMAND_FAILED", { what: `Envoy has no ingest listener after ${startSeconds} s` });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}
