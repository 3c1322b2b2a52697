import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LinkError, parseJson } from "@metrics-link/contract";
import { z } from "zod";

/** The result of a Pulumi command. */
export interface PulumiResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Pulumi's command line, in one project with one environment, called as a person calls it. */
export class Pulumi {
  private readonly project: string;
  private readonly environment: NodeJS.ProcessEnv;
  private readonly logs: string;

  /** @param logs folder for the full output of each update, in a file per command and stack */
  constructor(project: string, environment: NodeJS.ProcessEnv, logs: string) {
    this.project = project;
    this.environment = environment;
    this.logs = logs;
  }

  /**
   * Runs `pulumi WORDS...` to its end, whatever its exit code. Keeps the output of updates in the folder of logs.
   * @param input stdin; a secret in the arguments would be visible to everybody on the machine
   */
  run(words: readonly string[], input?: string): Promise<PulumiResult> {
    return new Promise((resolve, reject) => {
      const child = spawn("pulumi", [...words, "--non-interactive", "--color", "never"], {
        cwd: this.project,
        env: this.environment,
        stdio: ["pipe", "pipe", "pipe"],
      });
      child.stdin.on("error", () => undefined); // the exit code tells more
      child.stdin.end(input);
      const output = { stdout: "", stderr: "" };
      for (const name of ["stdout", "stderr"] as const) {
        child[name].setEncoding("utf8").on("data", (text: string) => {
          output[name] += text;
        });
      }
      child.on("error", reject);
      child.on("close", (code, signal) => {
        if (signal) output.stderr += `\nended by ${signal}`;
        this.keep(words, output, code === 0 ? "" : "-failed");
        resolve({ code: code ?? 1, ...output });
      });
    });
  }

  /** Like `run`. @throws LinkError COMMAND_FAILED with the last lines of the output when it fails */
  async must(words: readonly string[], input?: string): Promise<PulumiResult> {
    const result = await this.run(words, input);
    if (result.code === 0) return result;
    const all = `${result.stdout}\n${result.stderr}`;
    const printed = withoutOutputs(all).trim().split("\n").slice(-40).join("\n");
    throw new LinkError("COMMAND_FAILED", {
      what: `pulumi ${words.join(" ")} exited with code ${result.code}:\n${printed}\n(full output in ${this.logs})`,
      ...remedyOf(all),
    });
  }

  /**
   * Only for commands that mask secrets: an exported stack may have them in clear text. A failed run has a file of its
   * own, which the next success does not overwrite.
   */
  private keep(words: readonly string[], { stdout, stderr }: Omit<PulumiResult, "code">, suffix: string): void {
    if (!["up", "preview", "refresh", "destroy"].includes(words[0] ?? "")) return;
    writeFileSync(join(this.logs, `pulumi-${words.slice(0, 3).join("-")}${suffix}.log`), stdout + stderr);
  }

  /** Writes a secret into a stack's configuration, encrypted. */
  async setSecret(stack: string, key: string, value: string): Promise<void> {
    await this.must(["config", "set", "--path", "--secret", key, "-s", stack], value);
  }

  /**
   * Makes a stack unless it is there. Does not ask `pulumi stack ls`, which opens the state of every stack: in a shared
   * bucket a deployer may read only their own.
   * @param secretsProvider what encrypts its secrets: `passphrase`, or the address of a key
   */
  async init(stack: string, secretsProvider: string): Promise<void> {
    const { code, stderr } = await this.run(["stack", "output", "--json", "-s", stack]);
    if (code === 0) return;
    if (!/no stack named/.test(stderr)) throw new LinkError("COMMAND_FAILED", { what: stderr.trim() });
    await this.must(["stack", "init", "--no-select", "-s", stack, "--secrets-provider", secretsProvider]);
  }

  /** `pulumi up`; returns the counts of its last lines, such as "12 created, 3 updated". */
  async up(stack: string): Promise<string> {
    const { stdout } = await this.must(["up", "-s", stack, "--yes", "--skip-preview"]);
    return summaryOf(stdout);
  }

  /** Replaces the state of a stack. */
  async import(stack: string, state: string): Promise<void> {
    const folder = mkdtempSync(join(tmpdir(), "pulumi-state-"));
    try {
      const file = join(folder, "state.json");
      writeFileSync(file, state, { mode: 0o600 });
      await this.must(["stack", "import", "-s", stack, "--file", file]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  /** A string output of a stack. @throws InvalidInputError when it is anything else */
  text(stack: string, name: string): Promise<string> {
    return this.output(stack, name, z.string());
  }

  /** One output of a stack, as the schema reads it. @throws InvalidInputError when it does not match */
  async output<Schema extends z.ZodType>(stack: string, name: string, schema: Schema): Promise<z.output<Schema>> {
    const { stdout } = await this.must(["stack", "output", name, "-s", stack, "--json"]);
    return parseJson(schema, stdout, `Output "${name}" of stack ${stack}`);
  }

  /** Every output of a stack; secrets stay masked. */
  async outputs(stack: string): Promise<Readonly<Record<string, unknown>>> {
    const { stdout } = await this.must(["stack", "output", "--json", "-s", stack]);
    return parseJson(z.record(z.string(), z.unknown()), stdout, `The outputs of stack ${stack}`);
  }

  async stacks(): Promise<string[]> {
    const { stdout } = await this.must(["stack", "ls", "--json"]);
    const stacks = z.array(z.object({ name: z.string() }));
    return parseJson(stacks, stdout, "The list of stacks").map(({ name }) => name);
  }
}

/** The block of a stack's outputs is long, and stands between the errors and the end. */
const withoutOutputs = (printed: string): string => printed.replace(/^Outputs:\n(?:[ \t].*\n|\n)*/m, "");

/** AWS' words for a missing right (IAM user guide, "Troubleshoot access denied error messages"). */
const missingRight =
  /assumed-role\/([^/\s]+)\/\S+ is not authorized to perform: (\S+)[^\n]*? because no (identity-based policy|permissions boundary) allows/;

/** What to do about that for which Pulumi and AWS name no remedy, or a wrong one. */
function remedyOf(printed: string): { readonly next?: string } {
  // Pulumi says to install it by itself, and would compare it with no pin.
  if (/no resource plugin/.test(printed)) return { next: "run `npm run setup -- --deploy`, which has the plugins" };
  const [, role, action, lack] = missingRight.exec(printed) ?? [];
  if (role === undefined) return {};
  const where = lack === "permissions boundary" ? "permissions boundary" : "policies";
  return {
    next: `an administrator compares the ${where} of role ${role} with docs/deploy.md, "Policies of each stack", and allows ${action}; the same command then goes on where it stopped`,
  };
}

/** The lines under "Resources:" of an update, joined, without the sum of what the others count. */
export function summaryOf(output: string): string {
  const [, block = ""] = output.split(/^Resources:$/m);
  const lines = block.split("\n").map((line) => line.trim());
  return lines
    .filter((line) => /^[+~\-\d±]/.test(line))
    .map((line) => line.replace(/^[+~\-±]+ */, "").replace(/^\d+ changes?\. /, ""))
    .join(", ");
}
