/** What is asked of a Prometheus, evaluated by Prometheus' own engine. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { notAsked, nothingAsked, seenBy, withHandshakes } from "@metrics-link/fleet";
import { stringify } from "yaml";
import { tool } from "../../support/tool.ts";

const own = 'link_side="receives",job="envoy",instance="receiver"';
const shop = 'link_side="sends",instance="x",account="1"';

describe("what the receiver's Prometheus is asked about senders", () => {
  const queries = async (): Promise<readonly string[]> => {
    const asked: string[] = [];
    await seenBy(async (query) => asked.push(query), []);
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
    const labels = '{account="1",link_side="sends"}';
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
    await evaluated("remote_storage_samples_total", { [queue("a")]: "0+60x120" }, [
      { labels: '{account="1",link_side="sends"}', value: 1 },
    ]);
    await evaluated("head_series", { [`prometheus_tsdb_head_series{${shop},job="prometheus"}`]: "9x120" }, [
      { labels, value: 9 },
    ]);
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
