import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { get, type IncomingMessage } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { LinkError } from "@metrics-link/contract";
import { envoyFlags, releaseFiles } from "@metrics-link/envoy";
import { type HostFile, hostPaths, ports } from "@metrics-link/release";
import type { Leaf } from "./fleet-members.ts";

/** A start with 1,000 filter chains takes seconds, and more on a machine that is busy. */
const startSeconds = 120;
/** An address of loopback that no file of ours has, so that a dump can be read back. */
const inPlaceOfAll = "127.0.0.2";

/** What a real Envoy says of itself. */
export interface RunningEnvoy {
  readonly residentBytes: number;
  /** Of its page of metrics. */
  readonly series: number;
  /** Its `/config_dump`, as it would be on a host. */
  readonly dump: string;
}

/** Starts a real Envoy with these files on loopback and asks it; nobody connects to it. */
export async function envoyWith(files: readonly HostFile[], leaf: Leaf): Promise<RunningEnvoy> {
  const base = mkdtempSync(join(tmpdir(), "fleet-envoy-"));
  const places = new Map<number, number>();
  for (const port of [ports.ingest, ports.ready, ports.envoyMetrics]) places.set(port, await freePort());
  const adminSocket = join(base, "admin.sock");
  const moved = (text: string) =>
    text
      .replaceAll(hostPaths.envoyAdminSocket, adminSocket)
      .replaceAll(hostPaths.base, base)
      .replaceAll("0.0.0.0", inPlaceOfAll)
      .replaceAll(/"port_value": (\d+)/g, (_, port) => `"port_value": ${places.get(Number(port)) ?? port}`);
  const movedBack = (text: string) =>
    text
      .replaceAll(adminSocket, hostPaths.envoyAdminSocket)
      .replaceAll(base, hostPaths.base)
      .replaceAll(inPlaceOfAll, "0.0.0.0")
      .replaceAll(/"port_value": (\d+)/g, (_, port) => {
        const [original = port] = [...places].find(([, place]) => place === Number(port)) ?? [];
        return `"port_value": ${original}`;
      });
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
    const [dumped] = await once(get({ socketPath: adminSocket, path: "/config_dump" }), "response");
    return {
      residentBytes: Number(kilobytes) * 1024,
      series: page.split("\n").filter((line) => /^\w/.test(line)).length,
      dump: movedBack(await text(dumped as IncomingMessage)),
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
