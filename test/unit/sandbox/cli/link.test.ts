import assert from "node:assert/strict";
import { linkState } from "@metrics-link/sandbox/cli/link.ts";
import { PrometheusApi } from "@metrics-link/sandbox/cli/prometheus-api.ts";

/** A sender's Prometheus that knows these series. */
const knowing = (series: Readonly<Record<string, number>>) =>
  new PrometheusApi("sender", async (_host, command) => {
    const asked = decodeURIComponent(command.join(" "));
    const found = Object.entries(series).find(([name]) => asked.includes(name));
    const result = found === undefined ? [] : [{ metric: {}, value: [0, `${found[1]}`] }];
    return JSON.stringify({ status: "success", data: { resultType: "vector", result } });
  });

const now = 1_000_000;
const acknowledged = "metrics_link:link_acknowledged:timestamp_seconds";
const healthyLag = "metrics_link:link_healthy_lag:seconds";

describe("the state of the link", () => {
  for (const [what, series, state, lagSeconds] of [
    ["is up while the receiver acknowledges", { [acknowledged]: now - 2 }, "up", 2],
    ["is behind in an outage", { [acknowledged]: now - 40 }, "behind", 40],
    [
      "is behind in an outage, whatever time a target told",
      {
        [acknowledged]: now - 40,
        prometheus_remote_storage_queue_highest_sent_timestamp_seconds: now + 540,
      },
      "behind",
      40,
    ],
    ["is up at a long interval", { [acknowledged]: now - 150, [healthyLag]: 195 }, "up", 150],
    ["is not configured without a queue", {}, "not configured", null],
  ] as const) {
    it(what, async () => {
      assert.deepEqual(await linkState(knowing(series), now), { state, lagSeconds });
    });
  }
});
