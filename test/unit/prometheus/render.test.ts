import assert from "node:assert/strict";
import {
  jobsOf,
  latenessOf,
  ownJobs,
  probeSecondsOf,
  prometheusFiles,
  quietSecondsOf,
  type Rendering,
  receiverFlags,
  renderReceiver,
  renderSender,
  senderFlags,
} from "@metrics-link/prometheus";
import { remoteWrite as link } from "@metrics-link/release";
import { receiver, scrapeFile, sender, senderAlone, senderOfUser } from "./examples.ts";

describe("the sender's Prometheus", () => {
  it("writes to Envoy on loopback with the link's queue", () => {
    const [write, ...more] = sender().configuration.remote_write ?? [];
    assert.deepEqual(more, []);
    assert.equal(write?.url, "http://127.0.0.1:9091/api/v1/write");
    assert.deepEqual(write?.queue_config, {
      capacity: 10_000,
      max_shards: 50,
      max_samples_per_send: 2_000,
      min_backoff: "100ms",
      max_backoff: "30s",
      retry_on_http_429: true,
    });
    assert.deepEqual(write?.metadata_config, { send: true, send_interval: "1m" });
  });

  it("has a longer timeout than both Envoys", () => {
    assert.equal(sender().configuration.remote_write?.[0]?.remote_timeout, `${link.timeoutSeconds}s`);
    assert.ok(link.receiverRouteTimeoutSeconds < link.senderRouteTimeoutSeconds);
    assert.ok(link.senderRouteTimeoutSeconds < link.timeoutSeconds);
  });

  it("uses the user's queue settings, and its defaults for the rest", () => {
    assert.deepEqual(senderOfUser().configuration.remote_write?.[0]?.queue_config, {
      capacity: 20_000,
      max_shards: 100,
      min_shards: 2,
      max_samples_per_send: 5_000,
      batch_send_deadline: "2s",
      min_backoff: "100ms",
      max_backoff: "30s",
      retry_on_http_429: true,
    });
  });

  it("has no queue before there is a link", () => {
    assert.equal(senderAlone().configuration.remote_write, undefined);
  });

  it("does not accept writes", () => {
    assert.ok(!senderFlags({ dataVolumeGiB: 50 }).some((flag) => flag.includes("receiver")));
  });
});

describe("the receiver's Prometheus", () => {
  it("accepts samples as late as the longest outage", () => {
    assert.equal(receiver().configuration.storage?.tsdb.out_of_order_time_window, "24h");
  });

  it("accepts writes and has no remote_write", () => {
    assert.ok(receiverFlags({ dataVolumeGiB: 50 }).includes("--web.enable-remote-write-receiver"));
    assert.equal(receiver().configuration.remote_write, undefined);
  });
});

describe("the Prometheus of either role", () => {
  const flags = [senderFlags({ dataVolumeGiB: 50 }), receiverFlags({ dataVolumeGiB: 50 })];

  it("listens on loopback, without the admin and lifecycle APIs", () => {
    for (const list of flags) {
      assert.ok(list.includes("--web.listen-address=127.0.0.1:9090"));
      assert.ok(!list.some((flag) => /lifecycle|admin-api|otlp/.test(flag)));
    }
  });

  it("bounds what a query may take where others query, and leaves Prometheus' own limits elsewhere", () => {
    for (const flagsOf of [senderFlags, receiverFlags]) {
      const limits = (queried: boolean) =>
        flagsOf({ dataVolumeGiB: 50, queried }).filter((flag) => flag.startsWith("--query."));
      assert.deepEqual(limits(false), []);
      const bounded = ["--query.max-samples=10000000", "--query.max-concurrency=8", "--query.timeout=25s"];
      assert.deepEqual(limits(true), bounded);
    }
  });

  it("leaves a fifth of the data volume free", () => {
    for (const list of flags) {
      assert.ok(list.includes("--storage.tsdb.retention.size=40960MB"));
      assert.ok(list.includes("--storage.tsdb.path=/var/lib/metrics-link/prometheus"));
    }
  });

  it("scrapes itself, its Envoy and its host", () => {
    for (const { configuration } of [sender(), receiver()]) {
      assert.deepEqual(
        configuration.scrape_configs.map(({ job_name, metrics_path, static_configs }) => [
          job_name,
          `${static_configs?.[0]?.targets[0]}${metrics_path ?? "/metrics"}`,
        ]),
        [
          ["prometheus", "127.0.0.1:9090/metrics"],
          ["envoy", "127.0.0.1:9902/stats/prometheus"],
          ["node", "127.0.0.1:9100/metrics"],
        ],
      );
    }
  });

  it("has a scrape timeout no longer than the scrape interval", () => {
    const timeout = (scrapeInterval: string) =>
      renderReceiver({ scrapeInterval, externalLabels: {}, outOfOrderTimeWindow: "1h" }).configuration.global
        .scrape_timeout;
    assert.deepEqual(["500ms", "1s", "10s", "15s", "1m"].map(timeout), ["500ms", "1s", "10s", "10s", "10s"]);
  });

  it("has the user's files beside its own", () => {
    const { configuration, scrapeFiles } = senderOfUser();
    assert.deepEqual(configuration.rule_files, ["alerts.yml", "rules/shop.yml"]);
    assert.deepEqual(configuration.scrape_config_files, ["scrape/shop.yaml"]);
    assert.deepEqual(configuration.scrape_configs, ownJobs("sends", "15s"));
    assert.deepEqual(
      jobsOf(senderOfUser()).map(({ job_name }) => job_name),
      ["prometheus", "envoy", "node", "shop"],
    );
    const placed = prometheusFiles(senderOfUser()).find(({ path }) => path === "prometheus/scrape/shop.yaml");
    assert.equal(placed?.content, scrapeFiles[0]?.content);
    assert.equal(sender().configuration.scrape_config_files, undefined);
  });

  it("scrapes itself once a minute at least", () => {
    for (const [scrapeInterval, own] of [
      ["15s", undefined],
      ["1m", undefined],
      ["3m", "1m"],
    ] as const) {
      const { scrape_configs } = renderReceiver({
        scrapeInterval,
        externalLabels: {},
        outOfOrderTimeWindow: "1h",
        scrapeFiles: scrapeFile({ job_name: "shop" }),
      }).configuration;
      assert.deepEqual(
        scrape_configs.map(({ scrape_interval }) => scrape_interval),
        [own, own, own],
      );
    }
  });

  it("knows how long a healthy link may be quiet, and waits longer than that for a write", () => {
    const receiver = renderReceiver({ scrapeInterval: "15s", externalLabels: {}, outOfOrderTimeWindow: "1h" });
    const sender = (scrapeInterval: string, batchSendDeadline?: string) =>
      renderSender({ scrapeInterval, externalLabels: {}, linked: true, remoteWrite: { batchSendDeadline } });
    const seconds = [receiver, sender("1s"), sender("15s"), sender("1h"), sender("1h", "30s")].map(
      ({ configuration }) => [quietSecondsOf(configuration), probeSecondsOf(configuration)],
    );
    assert.deepEqual(seconds, [
      [100, 115],
      [16, 60],
      [30, 60],
      [75, 90],
      [100, 115],
    ]);
  });

  it("waits for the slowest scrape, of a user's job too", () => {
    const lateness = (rendering: Rendering) => latenessOf(rendering.configuration, jobsOf(rendering)).lateSeconds;
    const slow = scrapeFile({ job_name: "slow", scrape_interval: "2m", scrape_timeout: "1m30s" });
    assert.equal(lateness(sender()), 17);
    assert.equal(
      lateness(renderSender({ scrapeInterval: "15s", externalLabels: {}, linked: true, scrapeFiles: slow })),
      92,
    );
  });

  it("is rendered as files that only Prometheus may read", () => {
    assert.deepEqual(
      prometheusFiles(senderOfUser()).map(({ path, mode, owner, group }) => [path, mode, owner, group]),
      [
        ["prometheus/prometheus.yml", "0640", "root", "prometheus"],
        ["prometheus/alerts.yml", "0640", "root", "prometheus"],
        ["prometheus/scrape/shop.yaml", "0640", "root", "prometheus"],
        ["prometheus/rules/shop.yml", "0640", "root", "prometheus"],
      ],
    );
  });
});
