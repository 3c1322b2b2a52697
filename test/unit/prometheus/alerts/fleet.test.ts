import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Labels } from "@metrics-link/contract";
import { renderReceiver, type ScrapeFile, toYaml } from "@metrics-link/prometheus";
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

const late = (labels: Labels, ago = "15m 0s") =>
  alertOf("SenderLate", "warning", labels, `The newest sample of a sender is ${ago} old.`);

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

  interface Fleet {
    readonly pins?: readonly Labels[];
    readonly scrapeFiles?: readonly ScrapeFile[];
  }
  const groupsOf = (senders: readonly string[], fleet: Fleet = {}) =>
    renderReceiver({
      scrapeInterval: "15s",
      externalLabels: { account: "r" },
      outOfOrderTimeWindow: "24h",
      senders,
      ...fleet,
    }).ruleGroups.filter(({ name }) => ["metrics-link-link", "metrics-link-services"].includes(name));

  function require(
    senders: readonly string[],
    series: Readonly<Record<string, string>>,
    expected: readonly Expected[],
    fleet: Fleet = {},
  ) {
    writeFileSync(join(directory, "rules.yml"), toYaml({ groups: groupsOf(senders, fleet) }));
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

  describe("of which some have pinned labels", () => {
    const senders = namesOf(3);
    /** Pinned to the account, to two labels, and to nothing. */
    const pins = [{ account: "a" }, { tenant: "a-1", account: "x" }];
    const clockOf = (labels: Labels) =>
      `node_time_seconds{link_side="sends",job="node",instance="node",${Object.entries(labels)
        .map(([name, value]) => `${name}="${value}"`)
        .join(",")}}`;
    const [first, second, unpinned] = [{ account: "a" }, { account: "x", tenant: "a-1" }, { account: "free" }].map(
      clockOf,
    );
    const runs = "0+60x30";
    const stops = "0+60x5 _x25";
    assert.ok(first && second && unpinned);

    it("name the clock of each that is late, by the pinned label or else by all of its labels", () => {
      require(senders, { [first]: stops, [second]: stops, [unpinned]: stops }, [
        {
          alertname: "SenderLate",
          minute: 20,
          alerts: [late({ account: "a" }), late({ account: "x" }), late({ account: "free" })],
        },
      ], { pins });
    });

    it("are not silenced by clocks that another sender makes up, and it makes one alert of its own at most", () => {
      const made = (values: string) =>
        Object.fromEntries(Array.from({ length: 9 }, (_, x) => [clockOf({ account: "a", x: `${x}` }), values]));
      const all = { [first]: runs, [unpinned]: stops, [second]: stops, ...made(runs) };
      const expected = [late({ account: "x" }), late({ account: "free" })];
      require(senders, all, [{ alertname: "SenderLate", minute: 20, alerts: expected }], { pins });
      const others = { [second]: runs, [unpinned]: runs };
      const own = [{ alertname: "SenderLate", minute: 20, alerts: [late({ account: "a" })] }];
      require(senders, { ...others, ...made(stops) }, own, { pins });
      const ahead = alertOf(
        "SenderClockAhead",
        "warning",
        { account: "a" },
        "A sender's clock is 1m 0s ahead of this host's, or this host's is behind.",
      );
      const early = [{ alertname: "SenderClockAhead", minute: 20, alerts: [ahead] }];
      require(senders, { ...others, ...made("60+60x30") }, early, { pins });
    });

    it("know a sender by any label that may be pinned", () => {
      for (const [name, value] of [
        ...["by", "on", "or", "sum", "offset", "e1"].map((one) => [one, "1"] as const),
        ["account", 'a.*|"\\ü'] as const,
      ]) {
        const shown = `{link_side="sends",${name}=${JSON.stringify(value)}}`;
        require(["a"], { [`node_time_seconds${shown}`]: stops }, [
          { alertname: "SenderLate", minute: 20, alerts: [late({ [name]: value })] },
        ], { pins: [{ [name]: value }] });
      }
    });

    it("say nothing of labels that a sender had before", () => {
      const before = clockOf({ account: "a", env: "old" });
      const now = { [first]: runs, [second]: runs, [unpinned]: runs };
      const nothing = [{ alertname: "SenderLate", minute: 20, alerts: [] }];
      require(senders, { ...now, [before]: stops, [clockOf({ account: "gone" })]: stops }, nothing, { pins });
    });

    it("say nothing of the targets of a sender that has a job of the same name as this host", () => {
      const jobs = [{ job_name: "app", static_configs: [{ targets: ["10.0.0.1:80"] }] }];
      const app = (labels: string) => `up{job="app",instance="10.0.0.1:80"${labels}}`;
      const lost = (labels: Labels) =>
        alertOf(
          "TargetLost",
          "warning",
          { job: "app", instance: "10.0.0.1:80", ...labels },
          "10.0.0.1:80 of job app cannot be scraped.",
        );
      const down = { [app("")]: "0x30", [app(',account="a"')]: "0x30", [app(',account="x",tenant="a-1"')]: "0x30" };
      require(senders, down, [{ alertname: "TargetLost", minute: 20, alerts: [lost({})] }], {
        pins,
        scrapeFiles: [{ name: "app.yml", path: "app.yml", content: "", linesBefore: 0, jobs, jobLines: [1] }],
      });
    });
  });
});
