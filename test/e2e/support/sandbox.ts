import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { down } from "@metrics-link/sandbox/cli/down.ts";
import { Pulumi, type PulumiResult } from "@metrics-link/sandbox/cli/pulumi.ts";
import { silentReport, streamReport } from "@metrics-link/sandbox/cli/report.ts";
import { prometheusOf, pulumiOf, runOnHost, type Sandbox, sandboxOf } from "@metrics-link/sandbox/cli/sandbox.ts";
import { layoutOf } from "@metrics-link/sandbox/model/layout.ts";
import { sideOf } from "@metrics-link/sandbox/world/accounts.ts";
import { parseDocument } from "yaml";
import { claim, removeLeftovers } from "./leftovers.ts";

const repository = join(import.meta.dirname, "..", "..", "..");
/** Suites that run side by side have a sandbox each. */
const name = process.env.METRICS_LINK_TEST_SANDBOX ?? "test";
const { directory } = layoutOf(repository, name);

/** The project of the tests: the repository's program with stack files of its own, so that a person's stay as they are. */
const project = join(directory, "project");

export const sandbox: Sandbox = sandboxOf(repository, { name, project });
export const sender = prometheusOf(sandbox, "sender");
export const receiver = prometheusOf(sandbox, "receiver");
/** Each command as the deployer of the account whose stack it names: no one identity may use the stacks of both. */
export const pulumi = (): Pulumi => new EachByItsOwner(project, {}, "");
export const report = streamReport(process.stderr);

/** Removes what earlier, interrupted runs left behind, and lays out the project. */
export async function prepare(): Promise<void> {
  await removeLeftovers(dirname(directory), (line) => report.say(line));
  await down(sandbox, silentReport);
  mkdirSync(join(project, "stacks"), { recursive: true });
  claim(sandbox.layout);
  symlinkSync(join(repository, "stacks"), join(project, "program"));
  const document = parseDocument(readFileSync(join(repository, "Pulumi.yaml"), "utf8"));
  document.set("main", "program");
  writeFileSync(join(project, "Pulumi.yaml"), document.toString());
}

class EachByItsOwner extends Pulumi {
  override run(words: readonly string[], input?: string): Promise<PulumiResult> {
    const named = words.findIndex((word) => ["-s", "--source"].includes(word));
    const stack = named < 0 ? words.findLast((word) => !word.startsWith("-")) : words[named + 1];
    return pulumiOf(sandbox, sideOf(stack ?? "")).run(words, input);
  }
}

/** Runs a command on a host; its output, or an error with what it printed. */
export const on = (host: string, ...command: string[]): Promise<string> => runOnHost(sandbox, host, command);

/** Puts a file on a host, readable by root only. */
export async function place(host: string, path: string, content: string): Promise<void> {
  const argv = ["/bin/sh", "-c", 'umask 077; mkdir -p "$(dirname "$0")"; cat > "$0"', path];
  const { code, stderr } = await sandbox.world.exec(host, argv, { stdin: content });
  if (code !== 0) throw new Error(`${path} on ${host}: ${stderr}`);
}
