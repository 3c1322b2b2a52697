import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseJson, printableLines } from "@metrics-link/contract";
import { differencesFrom } from "@metrics-link/envoy/read/index.ts";
import { type Probe, textsOf } from "@metrics-link/release";
import { z } from "zod";
import { instantQuery, readMetrics } from "../common/prometheus.ts";
import { leafSerial, normaliseSerial } from "./certificates.ts";
import { runningConfiguration } from "./evidence/envoy.ts";
import { isRelative, relativeFailure } from "./relative-probes.ts";
import { type Run, releaseDirectory, releaseOf } from "./run.ts";

/** Probes that pass or fail by themselves. */
type AbsoluteProbe = Extract<
  Probe,
  { kind: "active" | "http" | "envoyRuns" | "envoyCertificate" | "query" | "loaded" }
>;
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
  envoyRuns: async (run) => {
    const lookup = textsOf(releaseOf(run).files);
    const running = await runningConfiguration(run.effects);
    const [first, ...more] = differencesFrom(lookup, running);
    if (first === undefined) return;
    const why = running.refusals.map((details) => `. Envoy refused an update: ${details}`).join("");
    const others = more.length === 0 ? "" : `, and ${more.length} more differences`;
    return printableLines(`${first.where} ${first.message}${others}${why}`);
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

/** Runs one probe once; undefined when it passes, else why it fails. An error counts as a failure. */
export async function failureOf(run: Run, probe: Probe): Promise<string | undefined> {
  const failure = isRelative(probe) ? relativeFailure(run, probe) : absoluteFailure(run, probe);
  return failure.catch((error: Error) => error.message);
}
