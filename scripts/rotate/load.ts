import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { LinkError } from "@metrics-link/contract";
import { runOnHost, type Sandbox } from "@metrics-link/sandbox/cli/sandbox.ts";
import { stringify } from "yaml";
import { repository, type StackContext } from "../stack/context.ts";

const unit = "metrics-link-load";
const program = "/run/metrics-link-load.mjs";

/**
 * Puts the sandbox's sender under write load: a generator on its loopback, and a job that scrapes it every second.
 * @returns a function that removes it
 */
export async function underLoad(context: StackContext, sandbox: Sandbox, series: number): Promise<() => Promise<void>> {
  const text = readFileSync(join(import.meta.dirname, "generator.mjs"), "utf8");
  const placed = await sandbox.world.exec("sender", ["/bin/sh", "-c", `cat > ${program}`], { stdin: text });
  if (placed.code !== 0) {
    throw new LinkError("COMMAND_FAILED", { what: `cannot write ${program} on the sender: ${placed.stderr}` });
  }
  const node = "/opt/metrics-link/current/bin/node";
  await runOnHost(sandbox, "sender", ["systemd-run", "--quiet", "--unit", unit, node, program, `${series}`]);

  const { scrapeConfigs } = context.file.read().prometheus;
  const folder = join(sandbox.layout.directory, "load");
  mkdirSync(folder, { recursive: true });
  if (scrapeConfigs !== undefined) cpSync(resolve(repository, scrapeConfigs), folder, { recursive: true });
  const job = { job_name: "load", static_configs: [{ targets: ["127.0.0.1:9400"] }] };
  writeFileSync(join(folder, "load.yaml"), stringify([job]));
  context.file.setScrapeConfigs(relative(repository, folder));
  await context.pulumi.up(context.stack);
  return async () => {
    context.file.setScrapeConfigs(scrapeConfigs);
    await context.pulumi.up(context.stack);
    await runOnHost(sandbox, "sender", ["systemctl", "stop", unit]);
    rmSync(folder, { recursive: true });
  };
}
