/** Whether a way leads to what a user's jobs scrape: a security group lets out to declared targets and to nothing else. */
import { blockOfAddress, contains, type Problem, parseBlock, valueAt } from "@metrics-link/contract";
import { ports as linkPorts } from "@metrics-link/release";
import { addressOf } from "./addresses.ts";
import { type ScrapeConfig, targetsOf } from "./configuration.ts";
import { type JobsOfFile, tokenAddresses } from "./secrets.ts";

/** A range that the host may connect to, at these ports. */
export interface OpenWay {
  readonly cidr: string;
  readonly ports: readonly number[];
}

/** Where a job connects to besides loopback, as it writes it. */
function destinationsOf(job: ScrapeConfig) {
  const ofTargets = targetsOf(job).flatMap((target) => {
    const address = addressOf(target);
    const [, port] = /:(\d+)$/.exec(target) ?? [];
    const known = port === undefined ? (job.scheme === "https" ? linkPorts.https : 80) : Number(port);
    return address === undefined ? [] : [{ field: "static_configs", value: target, address, port: known }];
  });
  const url = String(valueAt(job, ["oauth2", "token_url"]));
  const ofTokens = tokenAddresses(job).map((address) => {
    const port = Number(new URL(url).port || linkPorts.https);
    return { field: "oauth2.token_url", value: url, address, port };
  });
  return [...ofTargets, ...ofTokens];
}

/** Whether a way leads to an address at a port. */
export function leadsTo({ cidr, ports }: OpenWay, address: string, port: number): boolean {
  const [range, one] = [parseBlock(cidr), blockOfAddress(address)];
  return range !== undefined && one !== undefined && contains(range, one) && ports.includes(port);
}

/** The targets of jobs that no declared way leads to. Prometheus would try them for ever, and say no more than that they are down. */
export function wayProblems(files: readonly JobsOfFile[], ways: readonly OpenWay[]): Problem[] {
  const open = ways.map(({ cidr, ports }) => `${cidr} at ${ports.join(", ")}`).join("; ") || "none is open";
  return files.flatMap(({ path, jobs, jobLines }) =>
    jobs.flatMap((job, index) =>
      destinationsOf(job)
        .filter(({ address, port }) => !ways.some((way) => leadsTo(way, address, port)))
        .map(({ field, value, address, port }) => ({
          key: `${path}:${jobLines[index]}: ${job.job_name}: ${field}`,
          value,
          remedy: `a target that a way leads to (network.targets: ${open}), or a way to this one: network.targets: [{ name: NAME, cidr: ${address}/32, ports: [${port}] }]`,
        })),
    ),
  );
}
