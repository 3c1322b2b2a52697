import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { Agent, createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { LinkError } from "@metrics-link/contract";
import { bundleGate } from "@metrics-link/host/bundle/index.ts";
import protobuf from "protobufjs";
import { compress } from "snappyjs";
import { printFigures } from "./figures.ts";

const samples = 2_000;
/** Of one run; the first run of a process is not counted, while its compiler works. */
const requests = { compiled: 200, interpreted: 10 } as const;
/** USER_HZ (time(7)), on every Linux that a host has. */
const ticksPerSecond = 100;

const configuration = {
  mode: "enforce",
  reserved: { link_side: ["sends"] },
  rates: { samplesPerSecond: 10_000_000 },
  senders: { a: { labels: { account: "111111111111" } }, b: { labels: { account: "222222222222" } } },
};

/**
 * CPU time of the gate for each sample, with Node's compiler and without it, alternating; for whole requests of 2,000 series
 * of node_exporter, through its socket to an HTTP server that answers at once. It needs no sandbox.
 */
export async function gate(_sandbox: unknown, runs: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "gate-"));
  const prometheus = await answering();
  const compiled: number[] = [];
  const interpreted: number[] = [];
  try {
    writeFileSync(join(folder, "gate.mjs"), await bundleGate());
    writeFileSync(join(folder, "gate.json"), JSON.stringify(configuration));
    for (let run = 0; run < runs; run += 1) {
      compiled.push(await measured(folder, prometheus, [], requests.compiled));
      interpreted.push(await measured(folder, prometheus, ["--jitless"], requests.interpreted));
    }
  } finally {
    prometheus.close();
    rmSync(folder, { recursive: true });
  }
  printFigures("gate: CPU time a sample", "us", compiled);
  printFigures("gate: CPU time a sample, --jitless", "us", interpreted);
}

/** In the place of Prometheus. */
async function answering(): Promise<Server> {
  const server = createServer((asked, answer) => {
    asked.resume();
    asked.on("end", () => answer.writeHead(204).end());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

/** Microseconds of CPU time a sample, of a gate that is started for it. */
async function measured(folder: string, prometheus: Server, flags: readonly string[], count: number): Promise<number> {
  const { port } = prometheus.address() as AddressInfo;
  const socketPath = join(folder, "gate.sock");
  const options = [`--configuration=${join(folder, "gate.json")}`, `--socket=${socketPath}`, `--metrics=${folder}`];
  const child = spawn("node", [
    ...flags,
    join(folder, "gate.mjs"),
    ...options,
    `--prometheus=http://127.0.0.1:${port}`,
  ]);
  const agent = new Agent({ keepAlive: true });
  try {
    const body = batch(Date.now());
    while ((await post(agent, socketPath, body).catch(() => 0)) !== 204) await pause(50);
    for (let warm = 0; warm < count; warm += 1) await post(agent, socketPath, body);
    const before = cpuSeconds(child);
    for (let done = 0; done < count; done += 1) await post(agent, socketPath, body);
    return ((cpuSeconds(child) - before) * 1e6) / (count * samples);
  } finally {
    agent.destroy();
    child.kill("SIGKILL");
    await once(child, "exit");
  }
}

function post(agent: Agent, socketPath: string, body: Uint8Array): Promise<number> {
  const headers = {
    "x-metrics-link-sender": "a",
    "content-type": "application/x-protobuf",
    "content-encoding": "snappy",
    "content-length": body.length,
  };
  return new Promise((resolve, reject) => {
    const asked = request({ agent, socketPath, method: "POST", path: "/api/v1/write", headers }, (answer) => {
      answer.resume();
      answer.on("end", () => resolve(answer.statusCode ?? 0));
    });
    asked.on("error", reject);
    asked.end(body);
  });
}

const { root } = protobuf.parse(`
  syntax = "proto3";
  message WriteRequest { repeated TimeSeries timeseries = 1; }
  message TimeSeries { repeated Label labels = 1; repeated Sample samples = 2; }
  message Label { string name = 1; string value = 2; }
  message Sample { double value = 1; int64 timestamp = 2; }
`);
root.resolveAll();

/** A full batch of a sender's queue: a WriteRequest of Remote Write 1. */
function batch(time: number): Uint8Array {
  const timeseries = Array.from({ length: samples }, (_, index) => ({
    labels: Object.entries({
      __name__: `node_metric_${index % 300}_seconds_total`,
      account: "111111111111",
      device: `eth${index}`,
      instance: "127.0.0.1:9100",
      job: "node",
      mode: index % 2 === 0 ? "idle" : "system",
    }).map(([name, value]) => ({ name, value })),
    samples: [{ value: index * 1.5, timestamp: time }],
  }));
  return compress(root.lookupType("WriteRequest").encode({ timeseries }).finish());
}

/** User and system time (proc_pid_stat(5), fields 14 and 15). */
function cpuSeconds({ pid }: ChildProcess): number {
  const text = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const ticks = Number(fields[11]) + Number(fields[12]);
  if (Number.isNaN(ticks))
    throw new LinkError("INTERNAL", { what: "the kernel's statistics have no CPU time", value: text });
  return ticks / ticksPerSecond;
}
