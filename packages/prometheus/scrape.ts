import { isIPv4 } from "node:net";
import { InvalidInputError, type Problem, valueAt } from "@metrics-link/contract";
import { ports } from "@metrics-link/release";
import { parse } from "yaml";
import { z } from "zod";
import type { Side } from "./alerts/alert.ts";
import { type Duration, milliseconds, type ScrapeConfig } from "./configuration.ts";
import { ownInterval } from "./intervals.ts";

const onThisHost = (
  side: Side,
  interval: Pick<ScrapeConfig, "scrape_interval">,
  job: string,
  port: number,
  path?: string,
): ScrapeConfig => ({
  job_name: job,
  ...interval,
  ...(path === undefined ? {} : { metrics_path: path }),
  static_configs: [{ targets: [`127.0.0.1:${port}`], labels: { link_side: side } }],
});

/**
 * The scrape jobs that every host has for itself. The label distinguishes a receiver's own series from its senders',
 * which have the same names and the same loopback addresses.
 * @param scrapeInterval the user's; a longer one than the agent and the alerts can live with is not theirs
 */
export function ownJobs(side: Side, scrapeInterval: Duration): readonly ScrapeConfig[] {
  const own = ownInterval(scrapeInterval);
  const interval = milliseconds(own) === milliseconds(scrapeInterval) ? {} : { scrape_interval: own };
  return [
    onThisHost(side, interval, "prometheus", ports.prometheus),
    onThisHost(side, interval, "envoy", ports.envoyMetrics, "/stats/prometheus"),
    onThisHost(side, interval, "node", ports.nodeExporter),
  ];
}

/**
 * Default scrape limits, for Prometheus' `global` section; a job may override them. Prometheus rejects a scrape that
 * exceeds one as a whole. Each of the host's own jobs returns about 2,000 samples in 300 kB.
 */
export const scrapeLimits = {
  body_size_limit: "20MB",
  sample_limit: 50_000,
  label_limit: 64,
  label_name_length_limit: 256,
  label_value_length_limit: 2048,
  target_limit: 500,
} as const;

/** Whether this is the address of a host: not 0/8, link-local, multicast or reserved (RFC 6890). */
const isHost = (address: string) => isIPv4(address) && !/^(0|169\.254|22[4-9]|2[3-5]\d)\./.test(address);

/**
 * The addresses other than loopback that jobs scrape. Prometheus' unit may connect to these only.
 * @throws InvalidInputError for a target that is not the address of a host
 */
export function scrapedAddresses(jobs: readonly ScrapeConfig[]): readonly string[] {
  const problems: Problem[] = [];
  const found = jobs.flatMap((job) => {
    return (job.static_configs ?? []).flatMap(({ targets }) =>
      targets.flatMap((target) => {
        const host = target.replace(/:\d+$/, "");
        if (/^(localhost|127(\.\d+){3}|\[::1\])$/.test(host)) return [];
        if (isHost(host)) return [host];
        const remedy = "an IPv4 address and a port, such as 127.0.0.1:9400; not a name, and not a link-local address";
        problems.push({ key: `scrape_configs ${job.job_name}: targets`, value: target, remedy });
        return [];
      }),
    );
  });
  if (problems.length > 0)
    throw new InvalidInputError("Scrape targets cannot be reached", problems, "PROMETHEUS_CONFIGURATION_INVALID");
  return [...new Set(found)].sort();
}

/**
 * Our own jobs, followed by the user's.
 * @throws InvalidInputError if two jobs share a name: Prometheus would refuse the whole configuration
 */
export function allJobs(side: Side, scrapeInterval: Duration, users: readonly ScrapeConfig[]): readonly ScrapeConfig[] {
  const own = ownJobs(side, scrapeInterval);
  const jobs = [...own, ...users];
  const names = jobs.map(({ job_name }) => job_name);
  const twice = names.filter((name, index) => names.indexOf(name) < index);
  if (twice.length > 0) {
    throw new InvalidInputError(
      "Scrape jobs share a name",
      [...new Set(twice)].map((value) => ({
        key: "job_name",
        value,
        remedy: `another name; ${names.slice(0, own.length).join(", ")} are the host's own jobs, and every other name must be unique`,
      })),
      "PROMETHEUS_CONFIGURATION_INVALID",
    );
  }
  return jobs;
}

const duration = z.string().regex(/^(\d+(ms|[smhdwy]))+$/, { error: "a Prometheus duration, such as 15s" });
const size = z.string().regex(/^[1-9]\d*([KMG]i?B|B)$/, { error: "a size, such as 20MB" });
const most = z.int({ error: "a whole number from 1" }).min(1, { error: "a whole number from 1" });
const text = z.string({ error: "a text" });
const truth = z.boolean({ error: "true or false" });

/** Labels with two leading underscores are special in Prometheus: `__address__` would change the target. */
const label = z.string().regex(/^(?!__)[A-Za-z_]\w*$|^__(param|tmp)_\w+$/, {
  error: "a label name; with two leading underscores only __param_… and __tmp_…",
});

const relabelling = (actions: readonly [string, ...string[]]) =>
  z.array(
    z.strictObject({
      source_labels: z.array(text).optional(),
      separator: text.optional(),
      target_label: label.optional(),
      regex: text.optional(),
      modulus: most.optional(),
      replacement: text.optional(),
      action: z.enum(actions, { error: `one of ${actions.join(", ")}` }).optional(),
    }),
    { error: "a list" },
  );
const actions = ["replace", "lowercase", "uppercase", "keep", "drop", "keepequal", "dropequal", "hashmod"] as const;

const tlsVersion = z.enum(["TLS12", "TLS13"], { error: "TLS12 or TLS13" });

/**
 * The fields of a user's job (Prometheus' documentation, `scrape_config`). None names a file on the host or holds a
 * credential: the files next to Prometheus' configuration include its Alertmanager secret.
 */
const scrapeJob = z.strictObject(
  {
    job_name: z.string({ error: "a name" }).regex(/^\w[\w .:/-]{0,127}$/, { error: "a name" }),
    static_configs: z
      .array(
        z.strictObject({
          targets: z.array(text, { error: "a list of targets" }),
          labels: z.record(label, text).optional(),
        }),
        { error: "a list" },
      )
      .optional(),
    scrape_interval: duration.optional(),
    scrape_timeout: duration.optional(),
    scrape_protocols: z.array(text).optional(),
    fallback_scrape_protocol: text.optional(),
    metrics_path: z.string().regex(/^\//, { error: "a path" }).optional(),
    params: z.record(text, z.array(text)).optional(),
    scheme: z.enum(["http", "https"], { error: "http or https" }).optional(),
    tls_config: z
      .strictObject({
        ca: text.optional(),
        server_name: text.optional(),
        min_version: tlsVersion.optional(),
        max_version: tlsVersion.optional(),
      })
      .optional(),
    follow_redirects: truth.optional(),
    enable_http2: truth.optional(),
    enable_compression: truth.optional(),
    honor_labels: truth.optional(),
    honor_timestamps: truth.optional(),
    track_timestamps_staleness: truth.optional(),
    // Label names must be known before Prometheus runs, so no relabel action may create one.
    relabel_configs: relabelling(actions).optional(),
    metric_relabel_configs: relabelling([...actions, "labelmap", "labeldrop", "labelkeep"]).optional(),
    body_size_limit: size.optional(),
    sample_limit: most.optional(),
    label_limit: most.optional(),
    label_name_length_limit: most.optional(),
    label_value_length_limit: most.optional(),
    target_limit: most.optional(),
  },
  { error: "a scrape job: a mapping that begins with job_name" },
);

/** Why a Prometheus field is refused. The schema alone decides which fields are allowed. */
const reasons: readonly (readonly [RegExp, string])[] = [
  [/^(?!static_configs$).+_sd_configs$/, "static_configs; Prometheus can reach only the addresses listed there"],
  [/^proxy_|^no_proxy$/, "no proxy; Prometheus can reach only the addresses in static_configs"],
  [/^ca_file$/, "ca, with the CA's PEM certificates in the job itself"],
  [
    /^(authorization|basic_auth|oauth2|http_headers|bearer_token|sigv4|key|cert)$|_file$|^files$/,
    "no such field: scrape jobs cannot have credentials yet, and cannot name files on the host",
  ],
];

const remedyFor = (field: string): string =>
  reasons.find(([pattern]) => pattern.test(field))?.[1] ??
  "no such field: docs/operate.md lists the fields of a scrape job";

/** The problems of a job. @param place prefix of each key */
export function problemsOfJob(job: unknown, place: string): Problem[] {
  const issues = scrapeJob.safeParse(job).error?.issues ?? [];
  return issues.flatMap((issue) => {
    const problem = (path: readonly PropertyKey[], remedy: string): Problem => ({
      key: [place, path.join(".")].filter((part) => part !== "").join(": "),
      // The value may be a credential, which must not appear in a preview's log.
      value: issue.code === "unrecognized_keys" ? "set" : valueAt(job, path),
      remedy,
    });
    return issue.code === "unrecognized_keys"
      ? issue.keys.map((field) => problem([...issue.path, field], remedyFor(field)))
      : [problem(issue.path, issue.message)];
  });
}

/**
 * The user's scrape jobs: each file is a YAML list of `scrape_configs`.
 * @throws InvalidInputError with file, job and field of each problem
 */
export function scrapeJobsOf(files: readonly { readonly name: string; readonly content: string }[]): ScrapeConfig[] {
  const read = files.map(({ name, content }) => ({ name, ...jobsIn(name, content) }));
  const problems = read.flatMap(({ problems }) => problems);
  if (problems.length > 0)
    throw new InvalidInputError("Scrape jobs cannot be used", problems, "PROMETHEUS_CONFIGURATION_INVALID");
  return read.flatMap(({ jobs }) => jobs as readonly ScrapeConfig[]);
}

function jobsIn(file: string, content: string): { jobs: readonly unknown[]; problems: readonly Problem[] } {
  let jobs: unknown;
  try {
    jobs = parse(content);
  } catch (error) {
    return {
      jobs: [],
      problems: [{ key: file, value: "not YAML", remedy: (error as Error).message.split("\n")[0] ?? "" }],
    };
  }
  if (!Array.isArray(jobs)) {
    const remedy = 'a list of Prometheus scrape_configs, each beginning with "- job_name:"';
    return { jobs: [], problems: [{ key: file, value: jobs ?? "empty", remedy }] };
  }
  return { jobs, problems: jobs.flatMap((job, index) => problemsOfJob(job, `${file}: ${nameOf(job, index)}`)) };
}

const nameOf = (job: unknown, index: number): string => {
  const name = valueAt(job, ["job_name"]);
  return typeof name === "string" ? name : `job ${index + 1}`;
};
