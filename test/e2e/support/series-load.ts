import { edited, Releases } from "@metrics-link/sandbox/testing/releases.ts";
import type { Side } from "@metrics-link/sandbox/world/accounts.ts";
import { runAgent } from "./agent.ts";
import { sandbox } from "./sandbox.ts";
import { serve } from "./target.ts";

const port = 9482;
const jobs = "scrape_configs:\n";

/**
 * Gives a host a target with so many series, each with another value at every scrape, once a second.
 * @param name of the job, and of its metric
 * @returns how to take it away
 */
export async function carryLoad(host: Side, name: string, series: number): Promise<() => Promise<void>> {
  const page = `
now = time.time()
self.send("".join('${name}{series="%d"} %f\\n' % (i, now + i) for i in range(${series})))
`.trim();
  const stop = await serve(host, { name, port, page });
  const releases = await Releases.of(sandbox, host);
  const job = { job_name: name, scrape_interval: "1s", static_configs: [{ targets: [`127.0.0.1:${port}`] }] };
  await releases.publish((release) =>
    edited(release, "prometheus/prometheus.yml", jobs, `${jobs}  - ${JSON.stringify(job)}\n`),
  );
  await converge(host);
  return async () => {
    await releases.withdraw();
    await converge(host);
    await stop();
  };
}

async function converge(host: Side): Promise<void> {
  const { report, word } = await runAgent(host);
  if (report.outcome !== "converged") throw new Error(`${host}: ${word}`);
}
