import assert from "node:assert/strict";
import { compareRecent, linkState } from "@metrics-link/sandbox/cli/link.ts";
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

describe("a comparison after a change of the external labels", () => {
  const at = (metric: Readonly<Record<string, string>>, value: number) => ({ metric, value: [now, `${value}`] });
  const host = (found: (query: string) => readonly object[]) =>
    new PrometheusApi("host", async (_host, command) => {
      const result = found(command.join(" "));
      return JSON.stringify({ status: "success", data: { resultType: "vector", result } });
    });
  const sender = host((query) => (query.includes("min_over_time") ? [at({}, now - 600)] : []));
  const heartbeat = { job: "prometheus", instance: "127.0.0.1:9090", link_side: "sends" };
  const secondsWith = async (...found: readonly object[]) =>
    (
      await compareRecent(
        sender,
        host((query) => (query.includes("timestamp(up") ? found : [])),
        { account: "new" },
        now,
      )
    ).seconds;

  it("is not cut short by the series of other senders, which go on", async () => {
    const ofOther = { account: "other", site: "shop" };
    const secondsBeside = async (labels: Readonly<Record<string, string>>) => {
      const found = [at({ ...heartbeat, ...labels }, now - 9)];
      const receiver = host((query) => (query.includes("timestamp(up") ? found : []));
      return (await compareRecent(sender, receiver, { account: "new" }, now, 60, [ofOther])).seconds;
    };
    for (const labels of [ofOther, { account: "other" }, { account: "renamed", site: "shop" }]) {
      assert.equal(await secondsBeside(labels), 60);
    }
    for (const labels of [{ account: "old" }, { account: "new", another: "gone" }]) {
      assert.equal(await secondsBeside(labels), 0);
    }
  });

  it("begins when the last series had the new ones", async () => {
    const before = await secondsWith(at({ ...heartbeat, account: "new" }, now - 9));
    assert.equal(before, 60);
    const end = now - 8;
    for (const others of [{ account: "old" }, {}, { account: "new", another: "gone" }]) {
      const old = at({ ...heartbeat, ...others }, end - 20);
      assert.equal(await secondsWith(old, at({ ...heartbeat, account: "new" }, now - 9)), 16);
    }
  });
});
