import { mkdir, writeFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { LinkError, parseJson } from "@metrics-link/contract";
import { finish } from "@metrics-link/host/agent/finish.ts";
import { awsEffects } from "@metrics-link/host/agent/host-effects/aws.ts";
import { statusText } from "@metrics-link/host/agent/status-report.ts";
import { parseRelease } from "@metrics-link/release";
import { z } from "zod";
import { FakeHost } from "../fake-host.ts";

/** What has been used until here is the start of a run: Node, the agent and the AWS SDK. */
const start = process.cpuUsage();

const input = z.object({ release: z.unknown(), dump: z.string() });

/**
 * One run of the agent, on a host whose files are real and whose Envoy answers what it is given: `converge` on a new host, or `idle` on
 * one that has converged; `npm run bench -- fleet` starts it. Prints the CPU time of start and run; what Envoy and promtool take to validate is not in it.
 */
async function run(mode: string | undefined, root: string | undefined): Promise<void> {
  const { release: raw, dump } = parseJson(input, await text(process.stdin), "what the agent is to do");
  const release = parseRelease(raw);
  const host = await FakeHost.make(root);
  // Where it reads how old the image is.
  await mkdir(host.path("/var/lib/dpkg/info"), { recursive: true });
  await writeFile(host.path("/var/lib/dpkg/status"), "");
  host.onAsk = () => ({ status: 200, body: dump });
  await host.bootstrap();
  for (const { name, key } of release.tools) host.store(key, name === "node" ? "the node" : "envoy one");
  host.secrets.set("version-1", JSON.stringify({ "tls/private-key.pem": "key one" }));
  if (mode === "idle") for (const { unit } of release.services) host.active.add(unit);
  const id = await host.publish(release);
  // A real run has these clients, whether it asks AWS or not.
  const effects = { ...awsEffects({ host: "sender", region: "eu-west-1", bucket: "releases" }), ...host.effects };

  const before = process.cpuUsage();
  const report = mode === "idle" ? await host.timerRun(effects) : await host.converge(id);
  await finish({ ...effects, root: host.root }, report);
  const { user, system } = process.cpuUsage(before);
  if (report.outcome !== "converged" || report.driftedFiles.length > 0) {
    throw new LinkError("COMMAND_FAILED", { what: `the run ended with ${statusText(report)}` });
  }
  console.log((start.user + start.system + user + system) / 1e6);
}

await run(process.argv[2], process.argv[3]);
