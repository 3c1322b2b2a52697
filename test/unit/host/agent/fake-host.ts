import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toJson } from "@metrics-link/envoy/read/index.ts";
import { converge, timerRun } from "@metrics-link/host/agent/converge.ts";
import { type CommandResult, type Effects, MissingObject } from "@metrics-link/host/agent/effects.ts";
import type { Self } from "@metrics-link/host/agent/run.ts";
import type { StatusReport } from "@metrics-link/host/agent/status-report.ts";
import {
  canonicalRelease,
  parseRelease,
  type ReleaseInput,
  releaseIdOf,
  releaseKeys,
  sha256,
} from "@metrics-link/release";

export const secretArn = "arn:aws:secretsmanager:eu-west-1:111111111111:secret:sender-AbCdEf";
const agentSha256 = sha256("the agent");
const nodeBinary = "the node";
/** In memory if possible: the agent syncs each file that it writes, and a disk takes some milliseconds each time. */
const memory = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

/** A host in a temporary folder: real files, everything else played. */
export class FakeHost {
  readonly root: string;
  readonly objects = new Map<string, Buffer>();
  readonly secrets = new Map<string, string>();
  readonly secretRequests: string[] = [];
  readonly commands: string[][] = [];
  readonly active = new Set<string>();
  readonly mainPids = new Map<string, number>();
  /** Answers a command; undefined lets the host play it as usual. */
  onCommand: (argv: readonly string[]) => CommandResult | undefined = () => undefined;
  /** Answers an HTTP request; 200 by default. */
  onAsk: (url: string) => { status: number; body: string } = () => ({ status: 200, body: "" });
  onHandOver: (argv: readonly string[]) => number = () => {
    throw new Error("no hand-over was expected");
  };
  now = Date.parse("2026-11-22T08:00:00Z");

  #killer: ((argv: readonly string[]) => boolean) | undefined;

  private constructor(root: string) {
    this.root = root;
  }

  /** @param root an empty folder, or that of a host which goes on; without it, a new one */
  static async make(root?: string): Promise<FakeHost> {
    const host = new FakeHost(root ?? (await mkdtemp(join(memory, "metrics-link-host-"))));
    const uid = (wanted: number) => (process.getuid?.() === 0 ? wanted : process.getuid?.());
    await mkdir(host.path("/etc/systemd/system"), { recursive: true });
    const accounts = [`root:x:${uid(0)}`, `envoy:x:${uid(901)}`, `prometheus:x:${uid(902)}`].map((line) => `${line}\n`);
    await writeFile(host.path("/etc/passwd"), accounts.join(""));
    await writeFile(host.path("/etc/group"), accounts.join(""));
    return host;
  }

  path = (path: string) => join(this.root, path);
  remove = () => rm(this.root, { recursive: true });

  /** The systemctl verbs that changed something, in order. */
  get changes(): string[] {
    return this.commands
      .filter(([command, verb]) => command === "systemctl" && ["restart", "reload", "stop"].includes(verb ?? ""))
      .map(([, verb, unit]) => `${verb} ${unit}`);
  }

  readonly effects: Effects = {
    root: "",
    getObject: async (key) => this.#object(key),
    downloadObject: async (key, file) => writeFile(file, this.#object(key)),
    getSecret: async (arn, versionId) => {
      this.secretRequests.push(`${arn} ${versionId}`);
      const value = this.secrets.get(versionId);
      if (value === undefined) throw new Error(`no version ${versionId}`);
      return value;
    },
    run: async (argv) => {
      if (this.#killer?.(argv)) return new Promise(() => {});
      this.commands.push([...argv]);
      return this.onCommand(argv) ?? this.#play(argv);
    },
    eachLine: async (argv, take) => {
      this.commands.push([...argv]);
      const { code, output } = this.onCommand(argv) ?? this.#play(argv);
      for (const line of output.split("\n").filter(Boolean)) take(line);
      return { code, errors: "", cut: false };
    },
    ask: async ({ url }) => this.onAsk(url),
    handOverTo: async (argv) => this.onHandOver(argv),
    now: () => this.now,
    sleep: async (milliseconds) => {
      this.now += milliseconds;
    },
  };

  self: Self = {
    agentSha256,
    nodePath: "",
    argv: ["run"],
    tookOver: false,
  };

  context(played: Effects = this.effects) {
    const effects = { ...played, root: this.root };
    const nodePath = this.path(`/opt/metrics-link/tools/node/${sha256(nodeBinary)}/node`);
    return { identity, effects, self: { ...this.self, nodePath } };
  }

  async converge(releaseId: string, options: { readonly force?: boolean } = {}): Promise<StatusReport> {
    const result = await converge(releaseId, { ...this.context(), ...options });
    if ("exitCode" in result) throw new Error(`handed over, exit code ${result.exitCode}`);
    return result;
  }

  async timerRun(played?: Effects): Promise<StatusReport> {
    const result = await timerRun(this.context(played));
    if ("exitCode" in result) throw new Error(`handed over, exit code ${result.exitCode}`);
    return result;
  }

  /** Runs the agent until it gives a command, and kills it there: what it would have done next never happens. */
  async killedAt(releaseId: string, command: (argv: readonly string[]) => boolean): Promise<void> {
    await new Promise<void>((killed, reject) => {
      this.#killer = (argv) => {
        if (!command(argv)) return false;
        killed();
        return true;
      };
      converge(releaseId, this.context()).then(() => reject(new Error("the agent came to its end")), reject);
    });
    this.#killer = undefined;
    this.commands.length = 0;
  }

  /** Puts a release and its tools into the bucket and points the host at it. */
  point(releaseId: string): void {
    this.objects.set(releaseKeys.current("sender"), Buffer.from(JSON.stringify({ formatVersion: 1, releaseId })));
  }

  async publish(release: ReleaseInput): Promise<string> {
    const text = canonicalRelease(parseRelease(release));
    const releaseId = releaseIdOf(text);
    this.objects.set(releaseKeys.release("sender", releaseId), Buffer.from(text));
    this.point(releaseId);
    return releaseId;
  }

  /** As cloud-init leaves it: Node and the agent are there. */
  async bootstrap(): Promise<void> {
    const node = tool("node", nodeBinary);
    const directory = this.path(`/opt/metrics-link/tools/node/${node.sha256}`);
    await mkdir(directory, { recursive: true });
    await writeFile(join(directory, "node"), nodeBinary, { mode: 0o755 });
    await mkdir(this.path("/opt/metrics-link/agent"), { recursive: true });
    await writeFile(this.path(`/opt/metrics-link/agent/${agentSha256}.mjs`), "the agent");
  }

  store(key: string, content: string): void {
    this.objects.set(key, Buffer.from(content));
  }

  #object(key: string): Buffer {
    const found = this.objects.get(key);
    if (found === undefined) throw new MissingObject(key, undefined);
    return found;
  }

  #play(argv: readonly string[]): CommandResult {
    const [command, verb, ...rest] = argv;
    const unit = rest.at(-1) ?? "";
    if (command !== "systemctl") return { code: 0, output: "" };
    if (verb === "is-active") {
      const states = rest.map((one) => (this.active.has(one) ? "active" : "inactive"));
      return { code: states.includes("inactive") ? 3 : 0, output: `${states.join("\n")}\n` };
    }
    if (verb === "show") return { code: 0, output: `${this.mainPids.get(unit) ?? 1}\n` };
    if (verb === "restart") this.active.add(unit);
    if (verb === "stop") this.active.delete(unit);
    return { code: 0, output: "" };
  }
}

const identity = { host: "sender", region: "eu-west-1", bucket: "releases" };

export const file = (path: string, content: string) => ({
  path,
  content,
  mode: "0644",
  owner: "root",
  group: "root",
  sha256: sha256(content),
});

/** A tool that is one executable. */
export const tool = (name: string, content: string) => ({
  name,
  version: "1.0.0",
  sha256: sha256(content),
  size: content.length,
  key: `tools/${name}/1.0.0/${sha256(content)}.bin`,
  executables: { [name]: name },
});

const unit = (name: string) =>
  file(
    `systemd/metrics-link-${name}.service`,
    `[Service]\nExecStart=/opt/metrics-link/current/bin/${name}\n\n[Install]\nWantedBy=multi-user.target\n`,
  );

/** A bootstrap, in the one spelling that the reader of Envoy's files takes. */
export const bootstrapWith = (admin: object) => toJson({ admin });

/** A sound release with one of everything; tests change what they are about. */
export function soundRelease(changes: Partial<ReleaseInput> = {}): ReleaseInput {
  return {
    formatVersion: 1,
    host: "sender",
    agent: { sha256: agentSha256, key: `agent/${agentSha256}.mjs` },
    files: [
      unit("envoy"),
      unit("prometheus"),
      file("envoy/bootstrap.json", bootstrapWith({})),
      file("prometheus/prometheus.yml", "global: {}\n"),
      file("tls/peer-root.pem", "the peer's root\n"),
    ],
    tools: [tool("node", nodeBinary), tool("envoy", "envoy one")],
    secrets: [
      {
        path: "tls/private-key.pem",
        mode: "0400",
        owner: "envoy",
        group: "envoy",
        secretArn,
        versionId: "version-1",
        field: "tls/private-key.pem",
      },
    ],
    services: [
      {
        unit: "metrics-link-envoy.service",
        onChange: [
          { paths: ["tls/"], action: "nothing" },
          { paths: ["envoy/"], tools: ["envoy"], action: "restart" },
        ],
      },
      { unit: "metrics-link-prometheus.service", onChange: [{ paths: ["prometheus/"], action: "reload" }] },
    ],
    checks: [
      { kind: "prometheusConfig", file: "prometheus/prometheus.yml" },
      { kind: "envoyConfig", file: "envoy/bootstrap.json", user: "envoy" },
    ],
    probes: [
      { kind: "active", unit: "metrics-link-envoy.service" },
      { kind: "http", unit: "metrics-link-prometheus.service", url: "http://127.0.0.1:9090/-/ready" },
    ],
    probeDeadlineSeconds: 5,
    ...changes,
  };
}

/** A host with a sound release in force and its recorded commands forgotten. */
export async function convergedHost(): Promise<{ host: FakeHost; first: string }> {
  const host = await FakeHost.make();
  await host.bootstrap();
  host.store(tool("envoy", "envoy one").key, "envoy one");
  host.store(tool("envoy", "envoy two").key, "envoy two");
  host.secrets.set("version-1", JSON.stringify({ "tls/private-key.pem": "key one" }));
  host.secrets.set("version-2", JSON.stringify({ "tls/private-key.pem": "key two" }));
  const first = await host.publish(soundRelease());
  const { outcome, reasons } = await host.converge(first);
  if (outcome !== "converged") throw new Error(reasons.join("\n"));
  host.commands.length = 0;
  host.secretRequests.length = 0;
  return { host, first };
}

/** The sound release with the content of one file changed. */
export function withFile(path: string, content: string): ReleaseInput {
  const release = soundRelease();
  return { ...release, files: [...release.files.filter((found) => found.path !== path), file(path, content)] };
}
