import { spawn } from "node:child_process";
import { join } from "node:path";
import { LinkError } from "@metrics-link/contract";
import { pulumiOf, type Sandbox } from "@metrics-link/sandbox/cli/sandbox.ts";
import { edited, Releases } from "@metrics-link/sandbox/testing/releases.ts";
import { deployerEnvironment } from "@metrics-link/sandbox/world/environment.ts";
import { printFigures } from "./figures.ts";

const program = join(import.meta.dirname, "..", "..", "packages", "host", "converge", "main.ts");
const rules = "prometheus/rules/heartbeat.yaml";

/** From the end of publishing a changed rule to "converged", by the very command that `pulumi up` runs. */
export async function converge(sandbox: Sandbox, runs: number): Promise<void> {
  const releases = await Releases.of(sandbox, "sender");
  const instanceId = await pulumiOf(sandbox, "sender").text("sender", "instanceId");
  const whole: number[] = [];
  const agents: number[] = [];
  try {
    for (let run = 0; run < runs; run += 1) {
      const comment = `# ${Date.now()}\n`;
      const target = await releases.publish((release) => edited(release, rules, "groups:", `${comment}groups:`));
      const started = performance.now();
      const word = await ask(sandbox, instanceId, target);
      whole.push((performance.now() - started) / 1000);
      agents.push(secondsIn(word));
    }
  } finally {
    await releases.withdraw();
    await ask(sandbox, instanceId, releases.published);
  }
  printFigures('a changed rule, from published to "converged"', "s", whole);
  printFigures("of that, the agent's own work on the host", "s", agents);
}

/** How long the agent took by its status report, without the start of Node: the last value in its brackets. */
function secondsIn(report: string): number {
  const [, seconds] = /([\d.]+) s\)$/m.exec(report) ?? [];
  if (seconds === undefined) {
    throw new LinkError("INTERNAL", { what: "the agent's status report names no duration", value: report });
  }
  return Number(seconds);
}

function ask({ layout, repository }: Sandbox, instanceId: string, releaseId: string): Promise<string> {
  const environment = {
    ...process.env,
    ...deployerEnvironment(layout, "sender"),
    METRICS_LINK_REGION: "eu-west-1",
    METRICS_LINK_ASSUME_ROLE: "arn:aws:iam::111111111111:role/metrics-link-deploy",
    METRICS_LINK_INSTANCE_ID: instanceId,
    METRICS_LINK_RELEASE_ID: releaseId,
    METRICS_LINK_FORCE: "false",
    METRICS_LINK_DEADLINE_SECONDS: "120",
  };
  return new Promise((resolve, reject) => {
    const child = spawn("node", [program], { cwd: join(repository, "stacks"), env: environment });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => {
        output += chunk.toString();
      });
    }
    child.on("error", reject);
    child.on("close", (code) =>
      code === 0 && output.startsWith("converged")
        ? resolve(output)
        : reject(new LinkError("COMMAND_FAILED", { what: `${releaseId}: ${output}` })),
    );
  });
}
