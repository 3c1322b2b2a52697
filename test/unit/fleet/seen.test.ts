/** What is asked of a Prometheus, evaluated by Prometheus' own engine. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Labels } from "@metrics-link/contract";
import { notAsked, nothingAsked, seenBy, withHandshakes } from "@metrics-link/fleet";
import type { ListedSender } from "@metrics-link/fleet/sender.ts";
import { stringify } from "yaml";
import { tool } from "../../support/tool.ts";

const own = 'link_side="receives",job="envoy",instance="receiver"';
const shop = 'link_side="sends",instance="x",account="1"';
const pinned = (name: string, labels: Labels | undefined): ListedSender => {
  const declared = { name, labels } as ListedSender["declared"];
  return { name, source: "", declared, reading: "unread" };
};
const senders = [
  pinned("shop", { account: "1", site: "x" }),
  pinned("bank", { account: "2.3" }),
  pinned("mill", { plant: "1" }),
];

describe("what the receiver's Prometheus is asked about senders", () => {
  const queries = async (): Promise<readonly string[]> => {
    const asked: string[] = [];
    await seenBy(async (query) => asked.push(query), senders);
    return asked;
  };
  /** Evaluates the query that holds a text, two hours after the first sample. */
  async function evaluated(part: string, series: Readonly<Record<string, string>>, expected: readonly object[]) {
    const [expr] = (await queries()).filter((query) => query.includes(part));
    const folder = mkdtempSync(join(tmpdir(), "seen-"));
    try {
      const input = Object.entries(series).map(([name, values]) => ({ series: name, values }));
      const samples = { expr, eval_time: "2h", exp_samples: expected };
      const tests = [{ interval: "1m", input_series: input, promql_expr_test: [samples] }];
      writeFileSync(join(folder, "test.yml"), stringify({ evaluation_interval: "1m", tests }));
      const { status, stdout, stderr } = spawnSync(tool("promtool"), ["test", "rules", join(folder, "test.yml")], {
        encoding: "utf8",
      });
      assert.equal(status, 0, `${stdout}${stderr}`);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  it("last seen is when the receiver's own Envoy last accepted a write, whoever else writes such a series", async () => {
    const accepted = (prefix: string, class_ = "2") =>
      `envoy_http_downstream_rq_xx{${own},envoy_http_conn_manager_prefix="${prefix}",envoy_response_code_class="${class_}"}`;
    await evaluated(
      "downstream_rq_xx",
      {
        // Until minute 30, and then silent: the window of five minutes ends three minutes later.
        [accepted("sender_shop")]: "0+5x30 150x90",
        [accepted("sender_shop", "5")]: "0+5x120",
        [accepted("elsewhere")]: "0+5x120",
        [accepted("sender_bank").replace("receives", "sends")]: "0+5x120",
      },
      [{ labels: '{envoy_http_conn_manager_prefix="sender_shop"}', value: 33 * 60 }],
    );
  });

  it("the rest is one series a sender, with the labels by which it is known", async () => {
    const labels = '{account="1"}';
    await evaluated(
      "written_total",
      { [`metrics_link_gate_written_total{${own},sender="shop",kind="samples"}`]: "0+600x120" },
      [{ labels: '{sender="shop"}', value: 10 }],
    );
    await evaluated("active_series", { [`metrics_link_gate_active_series{${own},sender="shop"}`]: "7x120" }, [
      { labels: '{sender="shop"}', value: 7 },
    ]);
    const queue = (shard: string) =>
      `prometheus_remote_storage_samples_total{${shop},job="prometheus",remote_name="${shard}",url="u"}`;
    await evaluated("remote_storage_samples_total", { [queue("a")]: "0+60x120" }, [{ labels, value: 1 }]);
    await evaluated("head_series", { [`prometheus_tsdb_head_series{${shop},job="prometheus"}`]: "9x120" }, [
      { labels, value: 9 },
    ]);
  });

  it("what a sender says of itself makes the answer no longer, however many series it writes", async () => {
    const many = (metric: string, more: string) =>
      Object.fromEntries(
        Array.from({ length: 50 }, (_, index) => [`${metric}{${shop},${more},lie="${index}"}`, `${index}x120`]),
      );
    const bank = shop.replace('account="1"', 'account="2.3"');
    // Of no sender with pins: whoever has none may write as many as it likes.
    const nobody = shop.replace('account="1"', 'account="2x3"');
    const series = (metric: string, more: string) => ({
      ...many(metric, more),
      [`${metric}{${bank},${more}}`]: "7x120",
      [`${metric}{${nobody},${more}}`]: "7x120",
    });
    for (const [metric, value] of [
      ["prometheus_tsdb_head_series", 49],
      ["metrics_link_certificate_not_after_timestamp_seconds", 0],
    ] as const) {
      await evaluated(metric, series(metric, 'job="prometheus",tier="leaf"'), [
        { labels: '{account="1"}', value },
        { labels: '{account="2.3"}', value: 7 },
      ]);
    }
    const build = 'prometheus_build_info{job="prometheus",';
    await evaluated("prometheus_build_info", series("prometheus_build_info", 'job="prometheus"'), [
      { labels: `${build}${shop},lie="48"}`, value: 48 },
      { labels: `${build}${shop},lie="49"}`, value: 49 },
      { labels: `${build}${bank}}`, value: 7 },
    ]);
  });

  it("is not known of a sender of which more than one series answers, and known of the others", async () => {
    const build = (labels: Labels, version: string) => ({ metric: { ...labels, version }, value: [0, "1"] });
    const shops = ["1", "2"].map((version) => build({ account: "1" }, version));
    const result = [...shops, build({ account: "2.3", more: "x" }, "3")];
    const seen = await seenBy(async (query) => ({ result: query.includes("build_info") ? result : [] }), senders);
    assert.deepEqual(
      senders.map(({ name }) => seen.get(name)?.version),
      [{ none: "not known: more than one series answers" }, { value: "Prometheus 3" }, { none: "none stored" }],
    );
  });

  it("is nothing that anybody without pinned labels says", async () => {
    const asked: string[] = [];
    const seen = await seenBy(async (query) => asked.push(query), [pinned("shop", undefined)]);
    assert.ok(asked.every((query) => !query.includes('link_side="sends"')));
    assert.match(JSON.stringify(seen.get("shop")?.version), /no labels are pinned by which its series are known/);
  });

  it("every query is one that Prometheus reads", async () => {
    for (const query of await queries()) {
      const { status, stderr } = spawnSync(tool("promtool"), ["promql", "format", "--experimental", query], {
        encoding: "utf8",
      });
      assert.equal(status, 0, `${query}: ${stderr}`);
    }
  });
});

describe("what a host's log has seen of senders", () => {
  const seen = new Map([["shop", { ...nothingAsked, lastSeen: { value: 50 } }]]);

  it("counts before what a sender says of its certificate, and the later time counts", () => {
    const handshakes = { value: [{ chain: "shop", at: 40, leafNotAfter: 99 }] };
    const found = withHandshakes(seen, handshakes).get("shop");
    assert.deepEqual([found?.lastSeen, found?.leafNotAfter, found?.series], [{ value: 50 }, { value: 99 }, notAsked]);
  });

  it("is no value for a sender that is not in it, nor for anybody if it was not read", () => {
    const none = withHandshakes(seen, { value: [] }).get("shop");
    assert.deepEqual(none?.leafNotAfter, { none: "not in the last lines of the host's log" });
    assert.deepEqual(none?.lastSeen, { value: 50 });
    const unread = withHandshakes(seen, { none: "not known: no host" }).get("shop");
    assert.deepEqual([unread?.leafNotAfter, unread?.lastSeen], [{ none: "not known: no host" }, { value: 50 }]);
  });
});
