/** A link and its two hosts, played in time: what their Prometheus would have scraped, as series of promtool. */

export interface World {
  /** How often the hosts scrape themselves. */
  readonly ownSeconds: number;
  readonly batchDeadlineSeconds: number;
  readonly jobs: readonly { readonly name: string; readonly seconds: number }[];
  readonly leafDays: number;
  readonly authorityYears: number;
  readonly senders: number;
  readonly minutes: number;
}

/** What goes wrong, from minute `at` on, unless it says another. */
export interface Fault {
  readonly at: number;
  readonly link?: "cut";
  /** A target tells times that are this far ahead until minute `at`. */
  readonly aheadSeconds?: number;
  /** It still does after that. */
  readonly staysAhead?: boolean;
  readonly lostJob?: string;
  readonly lostOwnJob?: "node" | "envoy";
  readonly stopped?: "agent" | "repairer" | "gate";
  /** Renewal does not happen: so much of the validity is left. */
  readonly leafShareLeft?: number;
  readonly outOfBounds?: boolean;
  /** The first sender's external labels are others. */
  readonly relabelled?: boolean;
  /** Samples of the first sender arrive, and are this old. */
  readonly lateSeconds?: number;
}

const day = 86_400;
const year = 365 * day;
/** Samples of a scrape of the host's own jobs together, and what a queue holds of them. */
const ownSamples = 600;
const capacity = 10_000;
const full = capacity + 3_999;

type Values = (seconds: number) => number | undefined;
/** One series: labels with its name, how often it is scraped, and at which time within that. */
interface Scraped {
  readonly series: string;
  readonly every: number;
  readonly offset: number;
  readonly value: Values;
}

/** The notation of promtool, a value each half of an interval: jobs are not scraped when rules are evaluated. */
export function seriesOf(world: World, scraped: readonly Scraped[]) {
  const step = world.ownSeconds / 2;
  const steps = Math.floor((world.minutes * 60) / step);
  return {
    interval: `${step * 1000}ms`,
    input_series: scraped.map(({ series, every, offset, value }) => {
      const values = Array.from({ length: steps + 1 }, (_, index) => {
        const found = Math.round((index * step - offset) / step) % Math.round(every / step) === 0;
        return (found && index * step >= offset ? value(index * step) : undefined) ?? "_";
      });
      return { series, values: values.join(" ") };
    }),
  };
}

/** What the queue shows at each half interval. */
function playQueue({ ownSeconds, batchDeadlineSeconds, minutes }: World, fault: Fault) {
  const step = ownSeconds / 2;
  const from = fault.at * 60;
  const unread: { readonly at: number; readonly time: number }[] = [];
  const queued: { readonly at: number; readonly time: number }[] = [];
  const shown = { sent: 0, done: 0, pending: 0, stored: 0 };
  const pages: (typeof shown)[] = [];
  for (let now = 0; now <= minutes * 60; now += step) {
    const isAhead = fault.aheadSeconds !== undefined && (now < from || fault.staysAhead);
    for (const time of [now, ...(isAhead ? [now + (fault.aheadSeconds ?? 0)] : [])]) {
      unread.push({ at: now, time });
      shown.stored = Math.max(shown.stored, Math.floor(time));
    }
    while (unread.length > 0 && (queued.length + 1) * ownSamples <= full) queued.push(...unread.splice(0, 1));
    const isUp = fault.link !== "cut" || now < from;
    while (isUp && queued[0] !== undefined && now - queued[0].at >= Math.min(batchDeadlineSeconds, 5 * ownSeconds)) {
      shown.sent = Math.max(shown.sent, Math.floor(queued[0].time));
      shown.done += ownSamples * 10;
      queued.shift();
    }
    pages.push({ ...shown, pending: queued.length * ownSamples });
  }
  return (what: keyof typeof shown): Values =>
    (seconds) =>
      pages[Math.round(seconds / step)]?.[what];
}

const constant =
  (value: number): Values =>
  () =>
    value;

/** The series of both kinds of host: agent, certificates, services. */
function ofHost(world: World, fault: Fault, side: "sends" | "receives"): Scraped[] {
  const from = fault.at * 60;
  const { ownSeconds, leafDays, authorityYears, minutes } = world;
  const own = (job: "prometheus" | "envoy" | "node", name: string, labels: string, value: Values): Scraped => ({
    series: `${name}{link_side="${side}",job="${job}",instance="${job}"${labels === "" ? "" : `,${labels}`}}`,
    every: ownSeconds,
    offset: job === "envoy" ? 0 : ownSeconds / 2,
    value: (seconds) => (fault.lostOwnJob === job && seconds >= from ? undefined : value(seconds)),
  });
  const isGone = (what: Fault["stopped"]) => fault.stopped === what;
  const until = (what: Fault["stopped"], seconds: number) => (isGone(what) ? Math.min(seconds, from) : seconds);
  // Renewed just before it must be, at the end of what is played.
  const left =
    fault.leafShareLeft === undefined ? leafDays * day * 0.334 + minutes * 60 : leafDays * day * fault.leafShareLeft;
  const certificate = (tier: string, leftSeconds: number, validity: number) => [
    own("node", "metrics_link_certificate_not_after_timestamp_seconds", `tier="${tier}"`, constant(leftSeconds)),
    own(
      "node",
      "metrics_link_certificate_not_before_timestamp_seconds",
      `tier="${tier}"`,
      constant(leftSeconds - validity),
    ),
  ];
  return [
    ...(["prometheus", "envoy", "node"] as const).map((job) => own(job, "up", "", constant(1))),
    own("node", "metrics_link_agent_last_run_timestamp_seconds", "", (at) => until("agent", Math.floor(at / 75) * 75)),
    own("node", "metrics_link_agent_outcome", 'outcome="converged"', constant(1)),
    own("node", "metrics_link_agent_bucket_read", "", constant(1)),
    own("node", "metrics_link_trust_bundle_matches", 'file="tls/peer-root.pem"', constant(1)),
    own("node", "metrics_link_image_timestamp_seconds", "", constant(-day)),
    own("node", "metrics_link_tool_pinned_timestamp_seconds", 'tool="envoy",version="1.40.0"', constant(-day)),
    own("node", "metrics_link_unit_fenced", 'unit="metrics-link-envoy.service"', constant(1)),
    own("node", "node_time_seconds", "", (at) => at),
    own("node", "node_boot_time_seconds", "", constant(-day)),
    ...certificate("leaf", left, leafDays * day),
    ...["root", "intermediate", "peer root"].flatMap((tier) =>
      certificate(tier, authorityYears * year * 0.25, authorityYears * year),
    ),
    own("envoy", "envoy_server_days_until_first_cert_expiring", "", (at) => Math.max(0, Math.floor((left - at) / day))),
    own("envoy", "envoy_server_uptime", "", (at) => at + 1000),
    own("prometheus", "process_start_time_seconds", "", constant(-1000)),
    own("prometheus", "prometheus_config_last_reload_successful", "", constant(1)),
    own("prometheus", "prometheus_target_scrapes_sample_out_of_bounds_total", "", (at) =>
      fault.outOfBounds && at >= from ? at - from : 0,
    ),
    own("prometheus", "prometheus_target_scrapes_sample_out_of_order_total", "", constant(0)),
    ...world.jobs.map(({ name, seconds }) => ({
      series: `up{job="${name}",instance="user"}`,
      every: seconds,
      offset: ownSeconds / 2,
      value: (at: number) => (fault.lostJob === name && at >= from ? 0 : 1),
    })),
  ];
}

export function sendersSeries(world: World, fault: Fault): Scraped[] {
  const { ownSeconds } = world;
  const queue = playQueue(world, fault);
  const own = (name: string, labels: string, value: Values): Scraped => ({
    series: `${name}{link_side="sends",job="prometheus",instance="prometheus"${labels === "" ? "" : `,${labels}`}}`,
    every: ownSeconds,
    offset: ownSeconds / 2,
    value,
  });
  const ofQueue = (name: string, value: Values) =>
    own(`prometheus_remote_storage_${name}`, 'remote_name="link"', value);
  const looked: Values = (at) => (fault.stopped === "repairer" ? Math.min(at, fault.at * 60) : at);
  return [
    ...ofHost(world, fault, "sends"),
    ofQueue("queue_highest_sent_timestamp_seconds", queue("sent")),
    ofQueue("bytes_total", queue("done")),
    ofQueue("samples_pending", queue("pending")),
    ofQueue("shard_capacity", constant(capacity)),
    ofQueue("shards", constant(1)),
    ofQueue("shards_desired", constant(0.1)),
    ofQueue("shards_max", constant(50)),
    ...["samples", "histograms", "exemplars"].map((what) => ofQueue(`${what}_failed_total`, constant(0))),
    own("prometheus_tsdb_head_max_time_seconds", "", queue("stored")),
    own("prometheus_tsdb_head_min_time_seconds", "", constant(0)),
    own("prometheus_tsdb_wal_segment_current", "", constant(3)),
    own("prometheus_wal_watcher_current_segment", 'consumer="link"', constant(3)),
    own("prometheus_tsdb_wal_record_parts_bytes_written_total", "", (at) => at * 1000),
    own("metrics_link_wal_oldest_segment", "", constant(1)),
    own("metrics_link_repair_last_look_timestamp_seconds", "", looked),
    own("metrics_link_repair_vouched_until_timestamp_seconds", "", (at) => looked(at) ?? 0),
  ];
}

/** Its page is written every five seconds, and goes with it. */
function ofGate({ ownSeconds }: World, fault: Fault): Scraped[] {
  const isGone = (at: number) => fault.stopped === "gate" && at >= fault.at * 60;
  const page = (name: string, labels: string, value: Values): Scraped => ({
    series: `${name}{link_side="receives",job="node",instance="node"${labels}}`,
    every: ownSeconds,
    offset: ownSeconds / 2,
    value: (at) => (isGone(at) ? undefined : value(at)),
  });
  return [
    page("node_textfile_mtime_seconds", ',file="/run/metrics-link-gate-metrics/gate.prom"', (at) => at - (at % 5)),
    page("metrics_link_gate_configuration_good", "", constant(1)),
  ];
}

export const senderNames = (count: number) => Array.from({ length: count }, (_, index) => `account-${index}`);

export function receiversSeries(world: World, fault: Fault): Scraped[] {
  const from = fault.at * 60;
  const isStopped = (index: number, at: number) => fault.link === "cut" && index === 0 && at >= from;
  return [
    ...ofHost(world, fault, "receives"),
    {
      series: 'prometheus_tsdb_head_max_time_seconds{link_side="receives",job="prometheus"}',
      every: world.ownSeconds,
      offset: world.ownSeconds / 2,
      value: (at) => at,
    },
    ...ofGate(world, fault),
    ...senderNames(world.senders).flatMap((name, index): Scraped[] => {
      const clock = (label: string, value: Values): Scraped => ({
        series: `node_time_seconds{link_side="sends",job="node",instance="node",account="${label}"}`,
        every: world.ownSeconds,
        offset: 0,
        value,
      });
      const changes = index === 0 && fault.relabelled === true;
      const late = index === 0 ? (fault.lateSeconds ?? 0) : 0;
      return [
        {
          series: `envoy_http_downstream_rq_xx{link_side="receives",job="envoy",envoy_http_conn_manager_prefix="sender_${name}",envoy_response_code_class="2"}`,
          every: world.ownSeconds,
          offset: 0,
          value: (at) => (isStopped(index, at) ? Math.floor(from / 5) : Math.floor(at / 5)),
        },
        clock(name, (at) =>
          isStopped(index, at) || (changes && at >= from) ? undefined : at - (at >= from ? late : 0),
        ),
        ...(changes ? [clock("renamed", (at: number) => (at >= from ? at : undefined))] : []),
      ];
    }),
  ];
}
