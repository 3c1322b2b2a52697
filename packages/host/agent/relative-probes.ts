import { LinkError, parseJson } from "@metrics-link/contract";
import { canonicalJson, type Probe, secondsOf } from "@metrics-link/release";
import { z } from "zod";
import { instantQuery, type Metrics, readMetrics } from "../common/prometheus.ts";
import { isQueueUp, progressOf, proves, readQueueHistory } from "./acknowledgement.ts";
import { type Run, releaseOf } from "./run.ts";

/**
 * Probes that depend on other machines too. An outage at the other end must not make a host refuse the release that ends
 * it, so a probe that failed before a release does not count against it.
 */
type RelativeProbe = Extract<Probe, { kind: "sends" | "receives" | "scrapes" }>;

interface RelativeProber<Kind> {
  /** What passes now; empty when the probe fails. */
  before(run: Run, probe: Extract<RelativeProbe, { kind: Kind }>): Promise<readonly string[]>;
  /** @returns why something that passed before fails now */
  after(
    run: Run,
    probe: Extract<RelativeProbe, { kind: Kind }>,
    passed: readonly string[],
  ): Promise<string | undefined>;
}

/** For a release that does not say how long a healthy link may be quiet: a scrape every minute, batch and answer. */
const defaultQuietSeconds = 75;

const writes = "prometheus_http_requests_total";
const accepted = { handler: 'handler="/api/v1/write"', code: 'code="204"' };

const relativeProbers: { readonly [Kind in RelativeProbe["kind"]]: RelativeProber<Kind> } = {
  // No timestamp of a sample says whether the link is up: a target may tell any time. Counters do.
  sends: {
    before: async ({ effects }, { metricsUrl, quietSeconds = defaultQuietSeconds }) => {
      const metrics = await readMetrics(effects, metricsUrl);
      const history = await readQueueHistory(effects, new URL(metricsUrl).origin, quietSeconds);
      return isQueueUp(history, progressOf(metrics)) ? ["sends"] : [];
    },
    after: async (run, { metricsUrl }) => {
      if (run.disturbedAt === undefined || run.isAcknowledged) return undefined;
      const now = progressOf(await readMetrics(run.effects, metricsUrl));
      const isConfirmed = run.queueRose !== undefined && run.queueRose.refused === now?.refused;
      run.queueRose = proves(run.queueSeen, now) ? now : undefined;
      run.queueSeen = now;
      run.isAcknowledged = isConfirmed;
      if (run.isAcknowledged) return undefined;
      return `the receiver has acknowledged no batch since ${new Date(run.disturbedAt).toISOString()}`;
    },
  },
  receives: {
    before: async ({ effects }, { metricsUrl, quietSeconds = defaultQuietSeconds }) => {
      const now = acceptedWrites(await readMetrics(effects, metricsUrl));
      const series = `${writes}{${accepted.handler},${accepted.code},link_side="receives"}`;
      const past = await queryValue(effects, metricsUrl, `sum(${series} offset ${quietSeconds}s)`);
      // A counter that is smaller than it was has begun again, with Prometheus.
      return now > (past === undefined || past > now ? 0 : past) ? ["receives"] : [];
    },
    after: async (run, { metricsUrl }) => {
      if (run.disturbedAt === undefined) return undefined;
      const count = acceptedWrites(await readMetrics(run.effects, metricsUrl));
      run.writesSeen ??= count;
      return count > run.writesSeen ? undefined : "no write of a sender was accepted since the release came into force";
    },
  },
  scrapes: {
    before: async (run, { url }) => [...(await jobsOf(run, url)).up],
    after: async (run, { url }, passed) => {
      const { up, down, notWaitedFor } = await jobsOf(run, url);
      for (const job of passed) {
        if (up.has(job) || !notWaitedFor.has(job)) run.notWaitedFor.delete(job);
        else run.notWaitedFor.add(job);
      }
      const lost = passed.filter((job) => down.has(job) && !up.has(job));
      return lost.length === 0 ? undefined : `no target of ${lost.join(", ")} is up; before the release one was`;
    },
  },
};

export const keyOf = (probe: Probe) => canonicalJson(probe);

export function isRelative(probe: Probe): probe is RelativeProbe {
  return probe.kind in relativeProbers;
}

/** What passes now of a probe; empty when there is no answer. */
export async function passingNow(run: Run, probe: RelativeProbe): Promise<readonly string[]> {
  return proberOf(probe)
    .before(run, probe)
    .catch(() => []);
}

/** Asks a probe once; undefined when it passes, or did not before. */
export async function relativeFailure(run: Run, probe: RelativeProbe): Promise<string | undefined> {
  const passed = run.passing[keyOf(probe)] ?? [];
  return passed.length === 0 ? undefined : proberOf(probe).after(run, probe, passed);
}

// The table is total over the kinds; TypeScript cannot see that a probe meets its own entry.
const proberOf = (probe: RelativeProbe) => relativeProbers[probe.kind] as RelativeProber<RelativeProbe["kind"]>;

const acceptedWrites = (metrics: Metrics): number => metrics.sum(writes, `${accepted.code},${accepted.handler}`) ?? 0;

/** The value of an instant query; undefined when it has none. */
async function queryValue(
  effects: Run["effects"],
  metricsUrl: string,
  expression: string,
): Promise<number | undefined> {
  const [found] = await instantQuery(effects, new URL(metricsUrl).origin, expression);
  return found?.value === undefined ? undefined : Number(found.value[1]);
}

/** An answer of Prometheus' `/api/v1/targets`; a target's health is up, down or unknown. */
const targetsAnswer = z.object({
  data: z.object({
    activeTargets: z.array(z.object({ scrapePool: z.string(), health: z.string(), scrapeInterval: z.string() })),
  }),
});
const targetsTimeoutMs = 5_000;

/** From the beginning of a scrape until its result shows: its timeout, and a restart of Prometheus before it. */
const scrapeSeconds = 30;
const leastWaitedForSeconds = 30;

/**
 * The jobs by the health of their targets. A release is judged before the next scrape of a target whose interval is long:
 * while its health is unknown it counts for nothing, and its job is named in the status report.
 */
async function jobsOf(run: Run, url: string) {
  const { status, body } = await run.effects.ask({
    url: `${url}/api/v1/targets?state=active`,
    timeoutMs: targetsTimeoutMs,
  });
  if (status !== 200)
    throw new LinkError("REQUEST_FAILED", { what: `${url}/api/v1/targets answers ${status}, not 200` });
  const { data } = parseJson(targetsAnswer, body, `the targets of ${url}`);
  const longest = Math.max(leastWaitedForSeconds, releaseOf(run).probeDeadlineSeconds - scrapeSeconds);
  const isWaitedFor = ({ health, scrapeInterval }: (typeof data.activeTargets)[number]) =>
    health !== "unknown" || secondsOf(scrapeInterval) <= longest;
  const jobs = (targets: typeof data.activeTargets) => new Set(targets.map(({ scrapePool }) => scrapePool));
  const counted = data.activeTargets.filter(isWaitedFor);
  return {
    up: jobs(counted.filter(({ health }) => health === "up")),
    down: jobs(counted.filter(({ health }) => health !== "up")),
    notWaitedFor: jobs(data.activeTargets.filter((target) => !isWaitedFor(target))),
  };
}
