/** What the configuration accepts, Prometheus accepts: the least and the greatest value of each key, and names and labels of any kind. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseConfiguration } from "@metrics-link/config";
import { prometheusFiles, type Rendering, releaseFiles, renderReceiver, renderSender } from "@metrics-link/prometheus";
import { tool } from "../../support/tool.ts";
import { type Role, withValue } from "../config/example.ts";

const cases: readonly (readonly [role: Role, key: string, value: unknown])[] = [
  ["sender", "prometheus.scrapeInterval", "1s"],
  ["sender", "prometheus.scrapeInterval", "1h"],
  ["sender", "prometheus.remoteWrite", { capacity: 1, maxSamplesPerSend: 1, minShards: 1, maxShards: 1 }],
  ["sender", "prometheus.remoteWrite", { capacity: 20_000, maxSamplesPerSend: 10_000, minShards: 500, maxShards: 500 }],
  ["sender", "prometheus.remoteWrite", { batchSendDeadline: "100ms", minBackoff: "10ms", maxBackoff: "100ms" }],
  ["sender", "prometheus.remoteWrite", { batchSendDeadline: "30s", minBackoff: "1m", maxBackoff: "2m" }],
  ["sender", "prometheus.externalLabels", { account: "012345678901", team: '日本 "a" \\ {}', _x: "a: b #c", y: "yes" }],
  [
    "sender",
    "prometheus.alertmanagers",
    [{ url: "https://am.example.com:65535/a/b_c.d-e/" }, { url: "https://10.0.0.7" }],
  ],
  [
    "sender",
    "prometheus.alertmanagers",
    [{ url: "https://am.example.com", basicAuth: { username: "ü, no # 'x'", password: "p" } }],
  ],
  ["sender", "prometheus.alerts", { LinkBehind: { for: "0s", threshold: 0 } }],
  ["sender", "prometheus.alerts", { LinkBehind: { for: "7d", threshold: 1e12 } }],
  ["receiver", "prometheus.outOfOrderTimeWindow", "10m"],
  ["receiver", "prometheus.outOfOrderTimeWindow", "30d"],
  ["receiver", "prometheus.scrapeInterval", "1h"],
];

function rendered(raw: Record<string, unknown>): Rendering {
  const configuration = parseConfiguration(raw);
  const { scrapeInterval, externalLabels, alerts, alertmanagers } = configuration.prometheus;
  const common = {
    scrapeInterval,
    externalLabels,
    alerts,
    alertmanagers: alertmanagers.map(({ url, basicAuth }) => ({
      url,
      username: basicAuth?.username,
      secret: basicAuth && ("password" as const),
    })),
  };
  return configuration.role === "sender"
    ? renderSender({ ...common, linked: true, remoteWrite: configuration.prometheus.remoteWrite })
    : renderReceiver({
        ...common,
        outOfOrderTimeWindow: configuration.prometheus.outOfOrderTimeWindow,
        senders: ["account-a"],
      });
}

describe("what the configuration accepts", () => {
  let directory = "";
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "configured-"));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  for (const [role, key, value] of cases) {
    it(`is accepted by promtool: ${key} of a ${role} as ${JSON.stringify(value)}`, () => {
      const files = prometheusFiles(rendered(withValue(role, key, value)));
      for (const { path, content } of [...files, { path: releaseFiles.alertmanagerSecret(0), content: "" }]) {
        mkdirSync(dirname(join(directory, path)), { recursive: true });
        writeFileSync(join(directory, path), content);
      }
      const words = ["check", "config", join(directory, releaseFiles.configuration)];
      const { status, stdout, stderr } = spawnSync(tool("promtool"), words, { encoding: "utf8" });
      assert.equal(status, 0, stdout + stderr);
    });
  }
});
