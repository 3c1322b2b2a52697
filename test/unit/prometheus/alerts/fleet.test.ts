import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { renderReceiver, toYaml } from "@metrics-link/prometheus";
import { tool } from "../../../support/tool.ts";

const own = 'link_side="receives",job="envoy",instance="envoy"';
const accepted = (sender: string, code = "2") =>
  `envoy_http_downstream_rq_xx{${own},envoy_http_conn_manager_prefix="sender_${sender}",envoy_response_code_class="${code}"}`;
const clock = (account: string) =>
  `node_time_seconds{link_side="sends",job="node",instance="node",account="${account}"}`;

/** Names of which one is the beginning of others. */
const namesOf = (count: number) => Array.from({ length: count }, (_, index) => (index === 0 ? "a" : `a-${index}`));

const alertOf = (name: string, severity: string, labels: Readonly<Record<string, string>>, summary: string) => ({
  exp_labels: { link_side: "receives", severity, ...labels },
  exp_annotations: { summary, runbook: `docs/runbooks/${name}.md` },
});
const silent = (sender: string) =>
  alertOf("SenderSilent", "critical", { sender }, `No write of sender ${sender} has been accepted for minutes.`);

interface Expected {
  readonly alertname: string;
  readonly minute: number;
  readonly alerts: readonly ReturnType<typeof alertOf>[];
}

describe("alerts about senders", function () {
  this.timeout(120_000);
  let directory: string;
  before(() => {
    directory = mkdtempSync(join(tmpdir(), "fleet-alerts-"));
  });
  after(() => rmSync(directory, { recursive: true }));

  const groupsOf = (senders: readonly string[]) =>
    renderReceiver({
      scrapeInterval: "15s",
      externalLabels: { account: "r" },
      outOfOrderTimeWindow: "24h",
      senders,
    }).ruleGroups.filter(({ name }) => name === "metrics-link-link");

  function require(
    senders: readonly string[],
    series: Readonly<Record<string, string>>,
    expected: readonly Expected[],
  ) {
    writeFileSync(join(directory, "rules.yml"), toYaml({ groups: groupsOf(senders) }));
    const test = {
      interval: "1m",
      input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
      alert_rule_test: expected.map(({ alertname, minute, alerts }) => ({
        eval_time: `${minute}m`,
        alertname,
        exp_alerts: alerts,
      })),
    };
    const file = { rule_files: ["rules.yml"], evaluation_interval: "1m", tests: [test] };
    writeFileSync(join(directory, "test.yml"), toYaml(file));
    const { status, stdout, stderr } = spawnSync(tool("promtool"), ["test", "rules", "test.yml"], {
      encoding: "utf8",
      cwd: directory,
    });
    assert.equal(status, 0, (stdout + stderr).slice(0, 4000));
  }

  const writing = (senders: readonly string[]) => Object.fromEntries(senders.map((name) => [accepted(name), "0+5x30"]));

  for (const count of [1, 3, 1000]) {
    const senders = namesOf(count);
    const last = senders.at(-1) ?? "";

    it(`have as many rules with ${count} senders as with one`, () => {
      const names = (some: readonly string[]) =>
        groupsOf(some).flatMap(({ rules }) => rules.map((rule) => ("alert" in rule ? rule.alert : rule.record)));
      assert.deepEqual(names(senders), names(["other"]));
    });

    it(`name the one of ${count} that stops, and end when it writes again`, () => {
      require(senders, { ...writing(senders), [accepted(last)]: "0+5x10 50x10 50+5x10" }, [
        { alertname: "SenderSilent", minute: 10, alerts: [] },
        { alertname: "SenderSilent", minute: 20, alerts: [silent(last)] },
        { alertname: "SenderSilent", minute: 26, alerts: [] },
      ]);
    });

    it(`name the one of ${count} that has never written: refused, without a request, or unknown to Envoy`, () => {
      const others = writing(senders.slice(0, -1));
      const expected = [{ alertname: "SenderSilent", minute: 10, alerts: [silent(last)] }];
      require(senders, { ...others, [accepted(last, "5")]: "0+5x30" }, expected);
      require(senders, { ...others, [accepted(last)]: "0x30" }, expected);
      require(senders, others, expected);
    });

    it(`name each of ${count} while Envoy is down, and nobody who is not let in`, () => {
      const all = [{ alertname: "SenderSilent", minute: 10, alerts: senders.map(silent) }];
      require(senders, { up: "1x30", [accepted("stranger")]: "0x30" }, all);
    });

    it(`name the clock of the one of ${count} that is late, or ahead`, () => {
      const clocks = Object.fromEntries(senders.map((name) => [clock(name), "0+60x30"]));
      const labels = { account: last };
      require(senders, { ...clocks, [clock(last)]: "0+60x5 _x25" }, [
        {
          alertname: "SenderLate",
          minute: 20,
          alerts: [alertOf("SenderLate", "warning", labels, "The newest sample of a sender is 15m 0s old.")],
        },
      ]);
      require(senders, { ...clocks, [clock(last)]: "60+60x30" }, [
        {
          alertname: "SenderClockAhead",
          minute: 20,
          alerts: [
            alertOf(
              "SenderClockAhead",
              "warning",
              labels,
              "A sender's clock is 1m 0s ahead of this host's, or this host's is behind.",
            ),
          ],
        },
      ]);
    });
  }

  it("believe no series of a sender's about who writes, or who is let in", () => {
    const forged = (series: string) => series.replace('link_side="receives"', 'link_side="sends",account="1"');
    const expected = 'metrics_link:sender_expected:info{link_side="receives",sender="stranger"}';
    require(["a"], { [accepted("a")]: "0+5x5 25x25", [forged(accepted("a"))]: "0+5x30", [forged(expected)]: "1x30" }, [
      { alertname: "SenderSilent", minute: 20, alerts: [silent("a")] },
    ]);
  });
});
