import { canonicalJson, type Probe, secondsOf } from "@metrics-link/release";
import { instantQuery, readMetrics } from "../common/prometheus-metrics.ts";
import type { Run } from "./run.ts";

/**
 * Probes of what others have a part in. An outage at the other end must not make a host refuse the release that ends
 * it, so what did not pass before a release is not held against it.
 */
type RelativeProbe = Extract<Probe, { kind: "sends" | "receives" | "scrapes" }>;

interface RelativeProber<Kind> {
  /** What passes now; nothing when the probe does not. */
  before(run: Run, probe: Extract<RelativeProbe, { kind: Kind }>): Promise<readonly string[]>;
  /** @returns why what passed before does not pass now */
  after(
    run: Run,
    probe: Extract<RelativeProbe, { kind: Kind }>,
    passed: readonly string[],
  ): Promise<string | undefined>;
}

const timeoutMs = 5_000;
/** A queue that had an answer within this time is up; its longest pause between two attempts is 30 s. */
const freshSeconds = 60;
const sentMetric = "prometheus_remote_storage_queue_highest_sent_timestamp_seconds";
const retriedMetric = "prometheus_remote_storage_samples_retried_total";
const writes = { name: "prometheus_http_requests_total", handler: 'handler="/api/v1/write"', code: 'code="204"' };

const probers: { readonly [Kind in RelativeProbe["kind"]]: RelativeProber<Kind> } = {
  sends: {
    before: async (run, { metricsUrl }) => {
      const metrics = await readMetrics(run.effects, metricsUrl);
      const sent = metrics.sum(sentMetric);
      if (sent === undefined || run.effects.now() / 1000 - sent > freshSeconds) return [];
      // A minute is long: an outage that has just begun shows in what was retried since the newest sample that was sent.
      const retried = await query(run, metricsUrl, `sum(${retriedMetric} @ ${sent})`);
      return retried === undefined || retried === metrics.sum(retriedMetric) ? ["sends"] : [];
    },
    after: async ({ effects, disturbedAt }, { metricsUrl }) => {
      if (disturbedAt === undefined) return undefined;
      const sent = (await readMetrics(effects, metricsUrl)).sum(sentMetric);
      if (sent !== undefined && sent * 1000 >= disturbedAt) return undefined;
      return `nothing that was scraped since ${new Date(disturbedAt).toISOString()} is acknowledged by the receiver`;
    },
  },
  receives: {
    before: async (run, { metricsUrl }) => {
      const accepted = `${writes.name}{${writes.handler},${writes.code}}`;
      const recently = await query(run, metricsUrl, `sum(increase(${accepted}[2m]))`);
      return recently !== undefined && recently > 0 ? ["receives"] : [];
    },
    after: async (run, { metricsUrl }) => {
      if (run.disturbedAt === undefined) return undefined;
      const metrics = await readMetrics(run.effects, metricsUrl);
      const count = metrics.sum(writes.name, `${writes.code},${writes.handler}`) ?? 0;
      run.writesSeen ??= count;
      return count > run.writesSeen ? undefined : "no write of a sender was accepted since";
    },
  },
  scrapes: {
    before: async (run, { url }) => [...(await jobsOf(run, url)).up],
    after: async (run, { url }, passed) => {
      const { up, down } = await jobsOf(run, url);
      const lost = passed.filter((job) => down.has(job) && !up.has(job));
      return lost.length === 0 ? undefined : `no target of ${lost.join(", ")} is up, which was before`;
    },
  },
};

export const keyOf = (probe: Probe) => canonicalJson(probe);

export function isRelative(probe: Probe): probe is RelativeProbe {
  return probe.kind in probers;
}

/** What passes now of a probe; nothing as well when nobody answers. */
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
const proberOf = (probe: RelativeProbe) => probers[probe.kind] as RelativeProber<RelativeProbe["kind"]>;

/** The value of an instant query; undefined when it has none. */
async function query({ effects }: Run, metricsUrl: string, expression: string): Promise<number | undefined> {
  const [found] = await instantQuery(effects, new URL(metricsUrl).origin, expression);
  return found === undefined ? undefined : Number(found.value[1]);
}

interface Target {
  readonly scrapePool: string;
  readonly health: "up" | "down" | "unknown";
  readonly scrapeInterval: string;
}

/** Targets with a longer interval are not waited for: a release must be judged before they are scraped again. */
const longestIntervalSeconds = 30;

async function jobsOf({ effects }: Run, url: string) {
  const { status, body } = await effects.ask({ url: `${url}/api/v1/targets?state=active`, timeoutMs });
  if (status !== 200) throw new Error(`${url} answers ${status} when asked for its targets`);
  const { data } = JSON.parse(body) as { data: { activeTargets: readonly Target[] } };
  const waited = data.activeTargets.filter(
    ({ health, scrapeInterval }) => health !== "unknown" || secondsOf(scrapeInterval) <= longestIntervalSeconds,
  );
  const jobs = (state: boolean) =>
    new Set(waited.filter(({ health }) => (health === "up") === state).map(({ scrapePool }) => scrapePool));
  return { up: jobs(true), down: jobs(false) };
}
