import { X509Certificate } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { certificatesOf } from "@metrics-link/contract";
import { hostPaths, type Release } from "@metrics-link/release";
import { metric, type Sample } from "../common/exposition.ts";
import { stateDirectory, writeDurably } from "../common/memory.ts";
import { type Fence, isInForce } from "./fences.ts";
import { outcomes } from "./outcomes.ts";
import type { Report } from "./report.ts";

/** Where node_exporter's textfile collector picks it up. */
export const textfile = `${stateDirectory}/textfile/metrics-link-agent.prom`;

/** What the agent knows, as metrics. A value that is not known has no series: absent, never fine. */
export async function writeTextfile(
  root: string,
  report: Report,
  release: Release | undefined,
  fences: readonly Fence[] = [],
): Promise<void> {
  const oldestSegment = await oldestWalSegment(join(root, hostPaths.prometheusData, "wal"));
  await writeDurably(join(root, textfile), metricsOf(report, release, oldestSegment, fences), 0o644);
}

/**
 * The oldest segment of Prometheus' WAL, of which Prometheus itself has no metric: without it nobody can say when a
 * truncation will overtake the backlog. Undefined when there is no WAL.
 */
async function oldestWalSegment(directory: string): Promise<number | undefined> {
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") console.error(`which segment of the WAL is the oldest is not known: ${error.message}`);
    return [];
  });
  // Segments are numbered names of eight digits or more; checkpoints lie beside them.
  const segments = names.filter((name) => /^\d{8,}$/.test(name)).map(Number);
  return segments.length === 0 ? undefined : Math.min(...segments);
}

/**
 * The text format of Prometheus (exposition format 0.0.4).
 * @param release the one in force, if it could be read
 */
export function metricsOf(
  report: Report,
  release: Release | undefined,
  oldestSegment: number | undefined,
  fences: readonly Fence[] = [],
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
      "Since when the release in force is whole and healthy.",
      [{ value: report.releaseSince === undefined ? undefined : secondsOf(report.releaseSince) }],
    ),
    metric(`${prefix}_bucket_read`, "gauge", "0 when the last run could not read which release is asked for.", [
      { value: report.bucketUnread === undefined ? 1 : 0 },
    ]),
    metric(`${prefix}_release_left_alone`, "gauge", "1 while the release that is asked for is one that was refused.", [
      { value: report.leftAlone === undefined ? 0 : 1 },
    ]),
    metric(`${prefix}_held`, "gauge", "1 while a part of the release waits until the backlog is sent.", [
      { value: held.length > 0 ? 1 : 0 },
    ]),
    metric(`${prefix}_held_since_timestamp_seconds`, "gauge", "Since when the change of a unit waits.", [
      ...held.map(({ unit, since }) => ({ labels: { unit }, value: secondsOf(since) })),
    ]),
    metric(`${prefix}_drifted_files`, "gauge", "What the last run found changed by hand, and put back.", [
      { value: report.driftedFiles.length },
    ]),
    metric(`${prefix}_drifted_files_total`, "counter", "The same, of all runs.", [{ value: report.driftedTotal }]),
    metric(`${prefix}_drift_repeated`, "gauge", "What drifted at least three times within a day: how often.", [
      ...Object.entries(report.repeatedDrift).map(([path, value]) => ({ labels: { path }, value })),
    ]),
    metric(`${prefix}_rollbacks_total`, "counter", "Releases that were not healthy and were taken back.", [
      { value: report.rollbacks },
    ]),
    metric("metrics_link_wal_oldest_segment", "gauge", "The oldest segment that is left of Prometheus' WAL.", [
      { value: oldestSegment },
    ]),
    metric("metrics_link_unit_fenced", "gauge", "1 while the kernel holds a unit to its addresses and ports.", [
      ...fences.map((fence) => ({ labels: { unit: fence.unit }, value: isInForce(fence) ? 1 : 0 })),
    ]),
    metric("metrics_link_unit_memory_max_bytes", "gauge", "The memory at which the kernel ends a unit.", [
      ...fences.map(({ unit, memoryMax }) => ({ labels: { unit }, value: memoryMax })),
    ]),
    ...(release ? materialOf(report, release) : []),
  ].join("");
}

/** Certificates and trust bundles, as the release has them and, after the run, the disk. */
function materialOf({ driftedFiles }: Report, { checks, files }: Release): string[] {
  const content = new Map(files.map((file) => [file.path, file.content]));
  const bundles = checks.flatMap((check) => (check.kind === "trustBundle" ? [check.file] : []));
  const roots = checks.flatMap((check) => (check.kind === "chain" ? [check.root] : []));
  const chains = checks.flatMap((check) => (check.kind === "chain" ? [check.certificate] : []));
  const notAfter = (file: string, tierOf: (index: number) => string): Sample[] =>
    certificatesOf(content.get(file) ?? "").map((pem, index) => {
      const { validToDate, fingerprint256, subject } = new X509Certificate(pem);
      const labels = { file, tier: tierOf(index), subject: subject.replaceAll("\n", ", "), sha256: fingerprint256 };
      return { labels, value: validToDate.getTime() / 1000 };
    });
  return [
    metric(
      "metrics_link_certificate_not_after_timestamp_seconds",
      "gauge",
      "When a certificate of this host expires.",
      [
        ...chains.flatMap((file) => notAfter(file, (index) => (index === 0 ? "leaf" : "intermediate"))),
        ...roots.flatMap((file) => notAfter(file, () => "root")),
        ...bundles.flatMap((file) => notAfter(file, () => "peer root")),
      ],
    ),
    metric(
      "metrics_link_trust_bundle_matches",
      "gauge",
      "1 when the last run found the bundle on disk as the release says; 0 when it had to put it back.",
      [...bundles.map((file) => ({ labels: { file }, value: driftedFiles.includes(file) ? 0 : 1 }))],
    ),
  ];
}

const secondsOf = (instant: string) => Date.parse(instant) / 1000;
