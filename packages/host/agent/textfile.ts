import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { readCertificates, subjectText } from "@metrics-link/contract";
import { type AuditOutcome, hostPaths, type Release } from "@metrics-link/release";
import { writeDurably } from "../common/files.ts";
import { metric, type Sample } from "../common/prometheus.ts";
import { type Fence, isInForce } from "./fences.ts";
import { stateDirectory } from "./memory.ts";
import { type Patches, patchesOf, patchMetrics } from "./patching.ts";
import { outcomes } from "./run.ts";
import type { StatusReport } from "./status-report.ts";

const directory = `${stateDirectory}/textfile`;

/** Where node_exporter's textfile collector picks it up. */
export const textfile = `${directory}/metrics-link-agent.prom`;

/** Writes the agent's status as metrics. An unknown value has no series: absent, never fine. */
export async function writeTextfile(
  root: string,
  report: StatusReport,
  release: Release | undefined,
  fences: readonly Fence[] = [],
): Promise<void> {
  const oldestSegment = await oldestWalSegment(join(root, hostPaths.prometheusData, "wal"));
  const text = metricsOf(report, release, oldestSegment, { fences, patches: await patchesOf(root) });
  await writeDurably(join(root, textfile), text, 0o644);
}

/**
 * The oldest segment of Prometheus' WAL; undefined without a WAL. Prometheus has no metric for it, and without it nobody
 * can tell when a truncation will overtake the backlog.
 */
async function oldestWalSegment(directory: string): Promise<number | undefined> {
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") console.error(`The oldest WAL segment is unknown: ${error.message}`);
    return [];
  });
  // Segments are numbers of eight digits or more; checkpoints are beside them.
  const segments = names.filter((name) => /^\d{8,}$/.test(name)).map(Number);
  return segments.length === 0 ? undefined : Math.min(...segments);
}

/**
 * The text format of Prometheus (exposition format 0.0.4).
 * @param release the one in force, if it could be read
 */
export function metricsOf(
  report: StatusReport,
  release: Release | undefined,
  oldestSegment: number | undefined,
  { fences = [], patches = {} }: { readonly fences?: readonly Fence[]; readonly patches?: Patches } = {},
): string {
  const prefix = "metrics_link_agent";
  const { startedAt, seconds, held } = report;
  return [
    metric(`${prefix}_outcome`, "gauge", "How the last run ended: 1 for that outcome.", [
      ...outcomes.map((outcome) => ({ labels: { outcome }, value: outcome === report.outcome ? 1 : 0 })),
    ]),
    metric(`${prefix}_last_run_timestamp_seconds`, "gauge", "When the last run ended.", [
      { value: secondsOf(startedAt) + seconds },
    ]),
    metric(`${prefix}_last_run_duration_seconds`, "gauge", "How long the last run took.", [{ value: seconds }]),
    metric(`${prefix}_release_info`, "gauge", "The release in force, and the one that was asked for.", [
      { labels: { release: report.release, target: report.target, agent: report.agent }, value: 1 },
    ]),
    metric(
      `${prefix}_release_since_timestamp_seconds`,
      "gauge",
      "Since when the release in force is healthy with no change pending.",
      [{ value: report.releaseSince === undefined ? undefined : secondsOf(report.releaseSince) }],
    ),
    metric(`${prefix}_bucket_read`, "gauge", "0 when the last run could not read which release the bucket points at.", [
      { value: report.bucketUnread === undefined ? 1 : 0 },
    ]),
    metric(
      `${prefix}_release_left_alone`,
      "gauge",
      "1 while the bucket points at a release that this host has refused.",
      [{ value: report.leftAlone === undefined ? 0 : 1 }],
    ),
    metric(`${prefix}_held`, "gauge", "1 while changes are pending until the backlog is sent.", [
      { value: held.length > 0 ? 1 : 0 },
    ]),
    metric(`${prefix}_held_since_timestamp_seconds`, "gauge", "Since when the change of a unit is pending.", [
      ...held.map(({ unit, since }) => ({ labels: { unit }, value: secondsOf(since) })),
    ]),
    metric(`${prefix}_drifted_files`, "gauge", "How many things had drifted, and were repaired, in the last run.", [
      { value: report.driftedFiles.length },
    ]),
    metric(`${prefix}_drifted_files_total`, "counter", "How many things have drifted in all runs.", [
      { value: report.driftedTotal },
    ]),
    metric(`${prefix}_drift_repeated`, "gauge", "How often something drifted within a day, from three times on.", [
      ...Object.entries(report.repeatedDrift).map(([path, value]) => ({ labels: { path }, value })),
    ]),
    metric(`${prefix}_rollbacks_total`, "counter", "Releases that were not healthy and were rolled back.", [
      { value: report.rollbacks },
    ]),
    metric("metrics_link_wal_oldest_segment", "gauge", "The oldest segment of Prometheus' WAL.", [
      { value: oldestSegment },
    ]),
    metric("metrics_link_unit_fenced", "gauge", "1 while the kernel restricts a unit to its addresses and ports.", [
      ...fences.map((fence) => ({ labels: { unit: fence.unit }, value: isInForce(fence) ? 1 : 0 })),
    ]),
    metric("metrics_link_unit_memory_max_bytes", "gauge", "The memory at which the OOM killer ends a unit.", [
      ...fences.map(({ unit, memoryMax }) => ({ labels: { unit }, value: memoryMax })),
    ]),
    ...patchMetrics(patches, release),
    ...(release ? materialOf(report, release) : []),
  ].join("");
}

/** Certificates and trust bundles of the release, which after a run are those on disk. */
function materialOf({ driftedFiles }: StatusReport, { checks, files }: Release): string[] {
  const content = new Map(files.map((file) => [file.path, file.content]));
  const bundles = checks.flatMap((check) => (check.kind === "trustBundle" ? [check.file] : []));
  const roots = checks.flatMap((check) => (check.kind === "chain" ? [check.root] : []));
  const chains = checks.flatMap((check) => (check.kind === "chain" ? [check.certificate] : []));
  const of = (file: string, tierOf: (index: number) => string) =>
    readCertificates(content.get(file) ?? "").map((certificate, index) => {
      const { fingerprint256, validFromDate, validToDate } = certificate;
      const labels = { file, tier: tierOf(index), subject: subjectText(certificate), sha256: fingerprint256 };
      return { labels, from: validFromDate.getTime() / 1000, to: validToDate.getTime() / 1000 };
    });
  const certificates = [
    ...chains.flatMap((file) => of(file, (index) => (index === 0 ? "leaf" : "intermediate"))),
    ...roots.flatMap((file) => of(file, () => "root")),
    ...bundles.flatMap((file) => of(file, () => "peer root")),
  ];
  return [
    metric(
      "metrics_link_certificate_not_after_timestamp_seconds",
      "gauge",
      "When a certificate of this host expires.",
      certificates.map(({ labels, to }): Sample => ({ labels, value: to })),
    ),
    metric(
      "metrics_link_certificate_not_before_timestamp_seconds",
      "gauge",
      "Since when a certificate of this host is valid.",
      certificates.map(({ labels, from }): Sample => ({ labels, value: from })),
    ),
    metric(
      "metrics_link_trust_bundle_matches",
      "gauge",
      "1 when the last run found the trust bundle as in the release; 0 when it had to repair it.",
      [...bundles.map((file) => ({ labels: { file }, value: driftedFiles.includes(file) ? 0 : 1 }))],
    ),
  ];
}

const secondsOf = (instant: string) => Date.parse(instant) / 1000;

/** Beside the agent's own file, so that node_exporter picks it up too; stays until the next audit. */
const auditTextfile = `${directory}/metrics-link-audit.prom`;

/** Keeps the outcome of an audit of this host's stack, which the host itself cannot find out. */
export const writeAuditTextfile = (root: string, outcome: AuditOutcome): Promise<void> =>
  writeDurably(join(root, auditTextfile), auditMetrics(outcome), 0o644);

/** The text format of Prometheus (exposition format 0.0.4). */
export function auditMetrics({ takenAt, checks, findings }: AuditOutcome): string {
  const prefix = "metrics_link_audit";
  return [
    metric(`${prefix}_timestamp_seconds`, "gauge", "When the last reported audit was made.", [
      { value: Date.parse(takenAt) / 1000 },
    ]),
    metric(
      `${prefix}_checks`,
      "gauge",
      "How many checks of the audit were fine, had a finding, or could not be made.",
      [...Object.entries(checks).map(([status, value]) => ({ labels: { status }, value }))],
    ),
    metric(`${prefix}_finding`, "gauge", "1 for each check with a finding.", [
      ...findings.map((labels) => ({ labels, value: 1 })),
    ]),
  ].join("");
}
