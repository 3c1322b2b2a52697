import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StatusReport } from "@metrics-link/host/agent/status-report.ts";
import { metricsOf, textfile, writeTextfile } from "@metrics-link/host/agent/textfile.ts";
import { parseRelease, type Release } from "@metrics-link/release";
import { describe, it } from "mocha";
import { selfSigned } from "../../../support/openssl.ts";
import { tool } from "../../../support/tool.ts";
import { file, soundRelease } from "./fake-host.ts";

const since = "2026-11-22T08:00:00.000Z";
const hold = { unit: "metrics-link-prometheus.service", action: "reload" as const, since, reason: "", mainPid: "1" };

/** A report with one of everything. */
const report: StatusReport = {
  outcome: "held",
  target: "b".repeat(64),
  release: "a".repeat(64),
  releaseSince: since,
  held: [hold],
  agent: "c".repeat(64),
  startedAt: since,
  seconds: 1.5,
  actions: {},
  driftedFiles: ["tls/peer-root.pem"],
  repeatedDrift: { 'a "name" with \\': 3 },
  driftedTotal: 7,
  rollbacks: 2,
  notAsked: [],
  notWaitedFor: [],
  reasons: [],
  passages: [],
};

function release(): Release {
  const root = selfSigned("peer");
  const sound = soundRelease();
  return parseRelease({
    ...sound,
    files: [...sound.files.filter(({ path }) => path !== "tls/peer-root.pem"), file("tls/peer-root.pem", root.pem)],
    checks: [
      { kind: "trustBundle", file: "tls/peer-root.pem", fingerprints: [root.fingerprint] },
      { kind: "chain", certificate: "tls/peer-root.pem", root: "tls/peer-root.pem" },
    ],
  });
}

describe("agent: metrics", () => {
  const page = metricsOf(report, release(), 17);

  it("pass promtool's check", () => {
    const { status, stdout, stderr } = spawnSync(tool("promtool"), ["check", "metrics"], {
      encoding: "utf8",
      input: page,
    });
    assert.deepEqual([status, stdout + stderr], [0, ""]);
  });

  it("match the status report", () => {
    for (const line of [
      'metrics_link_agent_outcome{outcome="held"} 1',
      'metrics_link_agent_outcome{outcome="converged"} 0',
      "metrics_link_agent_last_run_timestamp_seconds 1795334401.5",
      "metrics_link_agent_held 1",
      "metrics_link_agent_bucket_read 1",
      "metrics_link_agent_release_left_alone 0",
      'metrics_link_agent_held_since_timestamp_seconds{unit="metrics-link-prometheus.service"} 1795334400',
      "metrics_link_agent_drifted_files 1",
      "metrics_link_agent_drifted_files_total 7",
      'metrics_link_agent_drift_repeated{path="a \\"name\\" with \\\\"} 3',
      "metrics_link_agent_rollbacks_total 2",
      "metrics_link_wal_oldest_segment 17",
      'metrics_link_trust_bundle_matches{file="tls/peer-root.pem"} 0',
    ]) {
      assert.ok(page.split("\n").includes(line), line);
    }
    assert.match(page, /^metrics_link_certificate_not_after_timestamp_seconds\{.*tier="peer root".*\} \d+$/m);
  });

  it("show that a host is not on the published release, or cannot read which one it is", () => {
    const cutOff = metricsOf(
      { ...report, bucketUnread: "no such host", leftAlone: "d".repeat(64) },
      undefined,
      undefined,
    );
    assert.match(cutOff, /^metrics_link_agent_bucket_read 0$/m);
    assert.match(cutOff, /^metrics_link_agent_release_left_alone 1$/m);
  });

  it("omit unknown values", () => {
    const nothing = metricsOf(
      { ...report, release: undefined, releaseSince: undefined, held: [] },
      undefined,
      undefined,
    );
    assert.doesNotMatch(nothing, /release_since|wal_oldest|held_since|certificate|trust_bundle|undefined|NaN/);
    assert.match(nothing, /^metrics_link_agent_held 0$/m);
  });

  it("find the oldest segment of the WAL among other files", async () => {
    const root = mkdtempSync(join(tmpdir(), "textfile-"));
    try {
      const wal = join(root, "var/lib/metrics-link/prometheus/wal");
      mkdirSync(join(wal, "checkpoint.00000004"), { recursive: true });
      for (const name of ["00000010", "00000005", "00000009", "notes"]) writeFileSync(join(wal, name), "");
      await writeTextfile(root, report, undefined);
      assert.match(readFileSync(join(root, textfile), "utf8"), /^metrics_link_wal_oldest_segment 5$/m);
    } finally {
      rmSync(root, { recursive: true });
    }
  });

  it("are each explained in docs/operate.md", () => {
    const names = new Set([...page.matchAll(/^# TYPE (\S+)/gm)].map(([, name = ""]) => name));
    assert.equal(names.size, 17);
    const explained = readFileSync(new URL("../../../../docs/operate.md", import.meta.url), "utf8");
    assert.deepEqual(
      [...names].filter((name) => !explained.includes(`\`${name}\``)),
      [],
    );
  });
});
