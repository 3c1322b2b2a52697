/** The real Pulumi CLI on a copy of the example project, with a state and a plugin cache of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { cacheDirectory } from "@metrics-link/release";
import { bundleProviders } from "@metrics-link/sandbox/plugins/bundle.ts";
import { cachePlugins } from "@metrics-link/sandbox/plugins/cache.ts";
import { sandboxPath } from "@metrics-link/sandbox/world/environment.ts";

const sandbox = resolve(import.meta.dirname, "../../../../../packages/sandbox");

export class ExampleProject {
  readonly directory = mkdtempSync(join(tmpdir(), "plugins-example-"));
  readonly program = join(this.directory, "program");
  readonly state = join(this.directory, "state");
  readonly #home = join(this.directory, "home");
  readonly #bundles = join(this.directory, "plugins");
  readonly #started = new Set<ChildProcess>();

  constructor() {
    cpSync(join(sandbox, "plugins/example"), this.program, { recursive: true });
    symlinkSync(join(sandbox, "node_modules"), join(this.directory, "node_modules"));
    mkdirSync(this.state);
    cachePlugins(this.#home);
  }

  /** To be awaited before the first command. */
  prepare(): Promise<void> {
    return bundleProviders(this.#bundles);
  }

  /** Starts `pulumi WORDS`. */
  start(...words: string[]): ChildProcess {
    const env = {
      ...process.env,
      PATH: sandboxPath(process.env.PATH ?? ""),
      PULUMI_BACKEND_URL: `file://${this.state}`,
      PULUMI_HOME: this.#home,
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      // As a sandbox has them: a plugin in one file, whose compiled code is kept, starts in half the time.
      METRICS_LINK_PLUGINS: this.#bundles,
      NODE_COMPILE_CACHE: join(cacheDirectory(), "compile-cache"),
      PULUMI_CONFIG_PASSPHRASE: "",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      NODE_OPTIONS: "", // Nothing of whoever runs the tests.
    };
    const child = spawn("pulumi", [...words, "--non-interactive", "--color", "never"], {
      cwd: this.program,
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#started.add(child);
    child.once("close", () => this.#started.delete(child));
    return child;
  }

  /** Runs `pulumi WORDS` to the end and gives what it wrote. */
  async run(...words: string[]): Promise<{ code: number | null; output: string }> {
    const child = this.start(...words);
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk: Buffer) => (output += chunk));
    const code = await new Promise<number | null>((done, fail) => child.once("error", fail).once("close", done));
    return { code, output };
  }

  /** The same, for what must succeed. */
  async succeed(...words: string[]): Promise<string> {
    const { code, output } = await this.run(...words);
    if (code !== 0) throw new Error(`pulumi ${words.join(" ")} failed with ${code}:\n${output}`);
    return output;
  }

  async outputs(): Promise<Record<string, string>> {
    const child = this.start("stack", "output", "--json", "--show-secrets");
    let json = "";
    child.stdout?.on("data", (chunk: Buffer) => (json += chunk));
    await new Promise((done, fail) => child.once("error", fail).once("close", done));
    return JSON.parse(json) as Record<string, string>;
  }

  remove(): void {
    for (const child of this.#started) child.kill("SIGKILL");
    rmSync(this.directory, { recursive: true });
  }
}

/** The ids of a process's children, their children, and so on. */
export function descendantsOf(pid: number): number[] {
  const processes = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const children = processes.map(Number).filter((candidate) => parentOf(candidate) === pid);
  return children.flatMap((child) => [child, ...descendantsOf(child)]);
}

/** What a process was started as; nothing for one that has ended. */
export function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return "";
  }
}

export function isAlive(pid: number): boolean {
  return parentOf(pid) !== undefined;
}

function parentOf(pid: number): number | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    return fields[0] === "Z" ? undefined : Number(fields[1]); // A zombie runs no more.
  } catch {
    return undefined; // It has ended between two looks.
  }
}
