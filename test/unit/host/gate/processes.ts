import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type IncomingHttpHeaders, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleGate } from "@metrics-link/host/bundle/index.ts";
import { eventually } from "../../../support/eventually.ts";
import { freePorts } from "../../../support/free-ports.ts";
import { tool } from "../../../support/tool.ts";

async function end(child: ChildProcess, signal: "SIGTERM" | "SIGKILL"): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill(signal);
  await ended;
}

/** A real Prometheus that receives remote write and scrapes nothing, unless it is told: what it stores came from the test. */
export class BarePrometheus {
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #directory: string;

  private constructor(child: ChildProcess, directory: string, port: number) {
    this.#child = child;
    this.#directory = directory;
    this.port = port;
  }

  /** @param more of its configuration, given its port @param features besides those that a receiver needs */
  static async start(
    more: (port: number) => object = () => ({}),
    features: readonly string[] = [],
  ): Promise<BarePrometheus> {
    const [port = 0] = await freePorts(1);
    const directory = mkdtempSync(join(tmpdir(), "prometheus-"));
    const storage = { tsdb: { out_of_order_time_window: "1d" } };
    // JSON is YAML.
    writeFileSync(join(directory, "prometheus.yml"), JSON.stringify({ storage, ...more(port) }));
    const child = spawn(
      tool("prometheus"),
      [
        `--config.file=${directory}/prometheus.yml`,
        `--storage.tsdb.path=${directory}/data`,
        `--web.listen-address=127.0.0.1:${port}`,
        "--web.enable-remote-write-receiver",
        // Exemplars are kept only with this.
        `--enable-feature=${["exemplar-storage", ...features].join(",")}`,
      ],
      { stdio: "ignore" },
    );
    const prometheus = new BarePrometheus(child, directory, port);
    await eventually("Prometheus is ready", async () => {
      const answer = await fetch(`${prometheus.url}/-/ready`).catch(() => undefined);
      return answer?.ok === true ? true : undefined;
    });
    return prometheus;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Everything that was ever stored: samples, histograms and exemplars. */
  async stored(): Promise<number> {
    const page = await (await fetch(`${this.url}/metrics`)).text();
    const counted =
      /^(prometheus_tsdb_head_samples_appended_total|prometheus_tsdb_exemplar_exemplars_appended_total)(\{.*\})? (\S+)$/gm;
    return [...page.matchAll(counted)].reduce((sum, [, , , value]) => sum + Number(value), 0);
  }

  async api(path: string): Promise<unknown> {
    const answer = (await (await fetch(`${this.url}/api/v1/${path}`)).json()) as { data: unknown };
    return answer.data;
  }

  /** The labels of every series there is: none is without a name. */
  async series(): Promise<readonly Readonly<Record<string, string>>[]> {
    const all = encodeURIComponent('{__name__=~".+"}');
    return (await this.api(`series?match[]=${all}`)) as readonly Record<string, string>[];
  }

  async stop(): Promise<void> {
    await end(this.#child, "SIGTERM");
    rmSync(this.#directory, { recursive: true });
  }
}

export interface GateAnswer {
  readonly status: number;
  readonly text: string;
  readonly headers: IncomingHttpHeaders;
}

let bundle: Promise<string> | undefined;

/** The gate as it runs on a host: bundled into one file, on a unix socket. */
export class GateProcess {
  readonly socketPath: string;
  readonly directory: string;
  output = "";
  #child: ChildProcess;
  readonly #prometheusUrl: string;

  private constructor(directory: string, prometheusUrl: string, socketPath: string) {
    this.directory = directory;
    this.socketPath = socketPath;
    this.#prometheusUrl = prometheusUrl;
    this.#child = this.#spawned();
  }

  /** @param socketPath default: in a folder of its own */
  static async start(configuration: object, prometheusUrl: string, socketPath?: string): Promise<GateProcess> {
    bundle ??= bundleGate();
    const directory = mkdtempSync(join(tmpdir(), "gate-"));
    writeFileSync(join(directory, "gate.mjs"), await bundle);
    writeFileSync(join(directory, "gate.json"), JSON.stringify(configuration));
    const gate = new GateProcess(directory, prometheusUrl, socketPath ?? join(directory, "gate.sock"));
    await gate.isReady();
    return gate;
  }

  /** Starts it again after it was killed. */
  async restart(): Promise<void> {
    this.#child = this.#spawned();
    await this.isReady();
  }

  async isReady(): Promise<void> {
    const ended = await eventually("the gate is ready, or ends", async () => {
      if (this.exitCode !== null) return this.output;
      return (await this.get("/ready")).status === 200 ? "" : undefined;
    });
    if (ended !== "") throw new Error(ended);
  }

  /** Of memory that the process holds now, in bytes (proc_pid_status(5)). */
  get resident(): number {
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${this.#child.pid}/status`, "utf8")) ?? [];
    return Number(kilobytes) * 1024;
  }

  get exitCode(): number | null {
    return this.#child.exitCode;
  }

  #spawned(): ChildProcess {
    const options = [
      `--configuration=${join(this.directory, "gate.json")}`,
      `--socket=${this.socketPath}`,
      `--prometheus=${this.#prometheusUrl}`,
      `--metrics=${this.directory}`,
    ];
    // With the heap of its unit.
    const child = spawn(tool("node"), ["--max-old-space-size=192", join(this.directory, "gate.mjs"), ...options], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (data: Buffer) => {
        this.output += data.toString();
      });
    }
    return child;
  }

  /** Gives it another configuration file, and tells it. */
  configure(text: string): void {
    writeFileSync(join(this.directory, "gate.json"), text);
    this.#child.kill("SIGHUP");
  }

  kill(signal: "SIGTERM" | "SIGKILL" = "SIGKILL"): Promise<void> {
    return end(this.#child, signal);
  }

  async stop(): Promise<void> {
    await this.kill("SIGTERM");
    rmSync(this.directory, { recursive: true });
  }

  get(path: string): Promise<GateAnswer> {
    return this.ask("GET", path, [], new Uint8Array());
  }

  /** Writes as Envoy does for a sender. @param headers pairs of name and value, so that one may come twice */
  write(body: Uint8Array, headers: readonly (readonly [string, string])[]): Promise<GateAnswer> {
    return this.ask("POST", "/api/v1/write", headers, body);
  }

  ask(
    method: string,
    path: string,
    headers: readonly (readonly [string, string])[],
    body: Uint8Array,
  ): Promise<GateAnswer> {
    return new Promise((resolve, reject) => {
      const pairs = [["host", "gate"] as const, ["content-length", `${body.length}`] as const, ...headers];
      const asked = request(
        { socketPath: this.socketPath, method, path, headers: pairs.flat(), agent: false },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on("data", (chunk: Buffer) => chunks.push(chunk));
          answer.on("error", reject);
          answer.on("end", () =>
            resolve({
              status: answer.statusCode ?? 0,
              text: Buffer.concat(chunks).toString(),
              headers: answer.headers,
            }),
          );
        },
      );
      asked.on("error", reject);
      asked.end(body);
    });
  }
}

/** The headers of a request of a sender, as Envoy passes it on. */
export const headersOf = (sender: string, contentType: string): (readonly [string, string])[] => [
  ["x-metrics-link-sender", sender],
  ["content-type", contentType],
  ["content-encoding", "snappy"],
];
