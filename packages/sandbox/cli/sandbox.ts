import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { LinkError } from "@metrics-link/contract";
import { ALERTMANAGER_SERVICE } from "../cloud/catalogue.ts";
import { type Layout, layoutOf } from "../model/layout.ts";
import { authorityIn, username } from "../services/alertmanager/access.ts";
import type { Side } from "../world/accounts.ts";
import { WorldClient } from "../world/client.ts";
import { deployerEnvironment } from "../world/environment.ts";
import { PrometheusApi } from "./prometheus-api.ts";
import { Pulumi } from "./pulumi.ts";
import { StackFiles } from "./stack-files.ts";

/** One sandbox of one checkout, and what commands need to use it. */
export interface Sandbox {
  readonly repository: string;
  /** Its name among the sandboxes of the checkout. */
  readonly name: string;
  /** The folder with Pulumi.yaml: the checkout itself, unless tests keep theirs apart. */
  readonly project: string;
  readonly layout: Layout;
  readonly world: WorldClient;
  readonly files: StackFiles;
}

export interface SandboxOptions {
  readonly name?: string;
  readonly project?: string;
}

export function sandboxOf(
  repository: string,
  { name = "default", project = repository }: SandboxOptions = {},
): Sandbox {
  const layout = layoutOf(repository, name);
  const files = new StackFiles(repository, project, join(layout.directory, "pki"), {
    endpointService: ALERTMANAGER_SERVICE.name,
    url: `https://${ALERTMANAGER_SERVICE.privateDnsName}`,
    ca: authorityIn(layout.alertmanager),
    username,
  });
  return { repository, name, project, layout, world: new WorldClient(layout), files };
}

/** Pulumi's command line against this sandbox, as the deployer of one account calls it. The sandbox must be up. */
export function pulumiOf({ project, layout }: Pick<Sandbox, "project" | "layout">, side: Side): Pulumi {
  const logs = `${layout.directory}/logs`;
  mkdirSync(logs, { recursive: true });
  return new Pulumi(project, { ...process.env, ...deployerEnvironment(layout, side) }, logs);
}

/** Runs a command on a host and returns its output. @throws LinkError COMMAND_FAILED with what it printed */
export async function runOnHost(sandbox: Sandbox, host: string, command: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await sandbox.world.exec(host, command);
  if (code === 0) return stdout;
  throw new LinkError("COMMAND_FAILED", {
    what: `${command[0]} on ${host} exited with code ${code}: ${stderr.trim() || stdout.trim()}`,
  });
}

export const prometheusOf = (sandbox: Sandbox, host: string): PrometheusApi =>
  new PrometheusApi(host, (name, command) => runOnHost(sandbox, name, command));
