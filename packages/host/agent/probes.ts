import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { LinkError, parseJson } from "@metrics-link/contract";
import { canonicalJson, type Probe, secondsOf } from "@metrics-link/release";
import { z } from "zod";
import { instantQuery, readMetrics } from "../common/prometheus.ts";
import { leafSerial, normaliseSerial } from "./certificates.ts";
import { type Run, releaseDirectory } from "./run.ts";

/** Probes that pass or fail by themselves. */
type AbsoluteProbe = Extract<Probe, { kind: "active" | "http" | "envoyCertificate" | "query" | "loaded" }>;
type Prober<Kind> = (run: Run, probe: Extract<AbsoluteProbe, { kind: Kind }>) => Promise<string | undefined>;

const timeoutMs = 2_000;

const absoluteProbers: { readonly [Kind in AbsoluteProbe["kind"]]: Prober<Kind> } = {
  active: async ({ effects }, { unit }) => {
    const { code, output } = await effects.run(["systemctl", "is-active", unit], { timeoutMs });
    return code === 0 ? undefined : `systemd reports ${output.trim()}`;
  },
  http: async ({ effects }, { url, socketPath, status, contains }) => {
    const answer = await effects.ask({ url, socketPath, timeoutMs });
    if (answer.status !== status) return `${url} answers ${answer.status}, not ${status}`;
    return contains === undefined || answer.body.includes(contains)
      ? undefined
      : `the answer of ${url} does not contain ${contains}`;
  },
  envoyCertificate: async (run, { socketPath, certificate }) => {
    const wanted = leafSerial(await readFile(join(releaseDirectory(run), certificate), "utf8"));
    const { body } = await run.effects.ask({ url: "http://127.0.0.1/certs", socketPath, timeoutMs });
    const loaded = serialsOf(body);
    return loaded.includes(wanted)
      ? undefined
      : `Envoy has loaded the certificate ${loaded.join(", ") || "(none)"}, not ${wanted}`;
  },
  query: async ({ effects }, { url, expression, expect }) => {
    const { length } = await instantQuery(effects, url, expression, timeoutMs);
    return length > 0 === (expect === "some") ? undefined : `${expression} gives ${length} series`;
  },
  loaded: async ({ effects, servedAt }, { unit, metricsUrl }) => {
    const metrics = await readMetrics(effects, metricsUrl);
    if (metrics.sum("prometheus_config_last_reload_successful") !== 1)
      return "the last reload of the configuration failed";
    const loadedAt = (metrics.sum("prometheus_config_last_reload_success_timestamp_seconds") ?? 0) * 1000;
    return loadedAt >= (servedAt.get(unit) ?? 0) ? undefined : "the configuration is not loaded yet";
  },
};

/** Runs one such probe once; undefined when it passes, else why not. */
async function absoluteFailure(run: Run, probe: AbsoluteProbe): Promise<string | undefined> {
  // The table above is total over the kinds; TypeScript cannot see that a probe meets its own entry.
  const prober = absoluteProbers[probe.kind] as Prober<AbsoluteProbe["kind"]>;
  return prober(run, probe);
}

/** An answer of Envoy's `/certs` (envoy.admin.v3.Certificates). */
const envoyCertificates = z.object({
  certificates: z
    .array(z.object({ cert_chain: z.array(z.object({ serial_number: z.string() })).default([]) }))
    .default([]),
});

const serialsOf = (body: string): string[] =>
  parseJson(envoyCertificates, body, "Envoy's /certs").certificates.flatMap(({ cert_chain }) =>
    cert_chain.map(({ serial_number }) => normaliseSerial(serial_number)),
  );

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

/** A queue with an acknowledged sample of this age is up; its longest pause between two attempts is 30 s. */
const freshSeconds = 60;
const sentMetric = "prometheus_remote_storage_queue_highest_sent_timestamp_seconds";
const retriedMetric = "prometheus_remote_storage_samples_retried_total";
const writes = { name: "prometheus_http_requests_total", handler: 'handler="/api/v1/write"', code: 'code="204"' };

const relativeProbers: { readonly [Kind in RelativeProbe["kind"]]: RelativeProber<Kind> } = {
  sends: {
    before: async (run, { metricsUrl }) => {
      const metrics = await readMetrics(run.effects, metricsUrl);
      const sent = metrics.sum(sentMetric);
      if (sent === undefined || run.effects.now() / 1000 - sent > freshSeconds) return [];
      // A minute is long: an outage that has just begun shows in retries since the newest acknowledged sample.
      const retried = await query(run, metricsUrl, `sum(${retriedMetric} @ ${sent})`);
      return retried === undefined || retried === metrics.sum(retriedMetric) ? ["sends"] : [];
    },
    after: async ({ effects, disturbedAt }, { metricsUrl }) => {
      if (disturbedAt === undefined) return undefined;
      const sent = (await readMetrics(effects, metricsUrl)).sum(sentMetric);
      if (sent !== undefined && sent * 1000 >= disturbedAt) return undefined;
      return `the receiver has acknowledged nothing that was scraped since ${new Date(disturbedAt).toISOString()}`;
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
      return count > run.writesSeen ? undefined : "no write of a sender was accepted since the release came into force";
    },
  },
  scrapes: {
    before: async (run, { url }) => [...(await jobsOf(run, url)).up],
    after: async (run, { url }, passed) => {
      const { up, down } = await jobsOf(run, url);
      const lost = passed.filter((job) => down.has(job) && !up.has(job));
      return lost.length === 0 ? undefined : `no target of ${lost.join(", ")} is up; before the release one was`;
    },
  },
};

/** Runs one probe once; undefined when it passes, else why it fails. An error counts as a failure. */
export async function failureOf(run: Run, probe: Probe): Promise<string | undefined> {
  const failure = isRelative(probe) ? relativeFailure(run, probe) : absoluteFailure(run, probe);
  return failure.catch((error: Error) => error.message);
}

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
async function relativeFailure(run: Run, probe: RelativeProbe): Promise<string | undefined> {
  const passed = run.passing[keyOf(probe)] ?? [];
  return passed.length === 0 ? undefined : proberOf(probe).after(run, probe, passed);
}

// The table is total over the kinds; TypeScript cannot see that a probe meets its own entry.
const proberOf = (probe: RelativeProbe) => relativeProbers[probe.kind] as RelativeProber<RelativeProbe["kind"]>;

/** The value of an instant query; undefined when it has none. */
async function query({ effects }: Run, metricsUrl: string, expression: string): Promise<number | undefined> {
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

/** Targets with a longer interval do not count: the release is judged before their next scrape. */
const longestIntervalSeconds = 30;

async function jobsOf({ effects }: Run, url: string) {
  const { status, body } = await effects.ask({
    url: `${url}/api/v1/targets?state=active`,
    timeoutMs: targetsTimeoutMs,
  });
  if (status !== 200)
    throw new LinkError("REQUEST_FAILED", { what: `${url}/api/v1/targets answers ${status}, not 200` });
  const { data } = parseJson(targetsAnswer, body, `the targets of ${url}`);
  const counted = data.activeTargets.filter(
    ({ health, scrapeInterval }) => health !== "unknown" || secondsOf(scrapeInterval) <= longestIntervalSeconds,
  );
  const jobs = (state: boolean) =>
    new Set(counted.filter(({ health }) => (health === "up") === state).map(({ scrapePool }) => scrapePool));
  return { up: jobs(true), down: jobs(false) };
}
