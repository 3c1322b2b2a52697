import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AlertName, ruleGroups, type Side, toYaml } from "@metrics-link/prometheus";
import { tool } from "../../../support/tool.ts";
import type { Case } from "./case.ts";
import { alertNames, cases } from "./cases.ts";

/** A reason with all that a template, YAML or a terminal would act on. */
const reason = 'key copied; see "#42" {{ $labels.peer }} }} `x` \\ \n \u001b[2J é';
const setAside = [
  { name: "account-b", stack: "o/p/b", state: "held", reason: "unreadable", words: "gone", inForce: true },
  { name: "account-c", stack: "o/p/c", state: "suspended", words: reason, inForce: false },
] as const;

const groupsOf = (side: Side) =>
  ruleGroups({
    side,
    senders: ["account-a"],
    linked: true,
    setAside: side === "receives" ? setAside : [],
    scrapeInterval: "15s",
    leafDays: 30,
    jobs: [{ job_name: "shop" }, { job_name: "rare", scrape_interval: "10m" }],
    overrides: {},
    delivers: true,
  });

describe("alert rules", () => {
  let directory: string;
  before(() => {
    directory = mkdtempSync(join(tmpdir(), "alerts-"));
    for (const side of ["sends", "receives"] as const) {
      writeFileSync(join(directory, `${side}.yml`), toYaml({ groups: groupsOf(side) }));
    }
  });
  after(() => rmSync(directory, { recursive: true }));

  function promtool(...words: string[]): { readonly status: number | null; readonly said: string } {
    const { status, stdout, stderr } = spawnSync(tool("promtool"), words, { encoding: "utf8", cwd: directory });
    return { status, said: stdout + stderr };
  }

  it("pass promtool's linter", () => {
    const { status, said } = promtool("check", "rules", "--lint=all", "--lint-fatal", "sends.yml", "receives.yml");
    assert.equal(status, 0, said);
  });

  it("fire in every case that should fire, and in no other", function () {
    this.timeout(60_000);
    const files = alertNames.flatMap((name) =>
      (["sends", "receives"] as const).flatMap((side) => {
        const tests = [cases[name]]
          .flat()
          .flatMap((one, index) => (one.side === side ? testsOf(name, one, index) : []));
        if (tests.length === 0) return [];
        // promtool evaluates every rule of a file in every test, so each alert has a file of its own.
        const rules = `${name}.${side}.yml`;
        const file = `${name}.${side}.test.yml`;
        writeFileSync(join(directory, rules), toYaml({ groups: only(name, groupsOf(side)) }));
        writeFileSync(join(directory, file), toYaml({ rule_files: [rules], evaluation_interval: "1m", tests }));
        return [file];
      }),
    );
    const { status, said } = promtool("test", "rules", ...files);
    assert.equal(status, 0, said);
  });

  it("have at least one case for each alert", () => {
    const declared = new Set((["sends", "receives"] as const).flatMap(groupsOf).flatMap(alertsOf));
    assert.deepEqual(
      alertNames.filter((name) => !declared.has(name)),
      [],
    );
    assert.deepEqual(
      alertNames.filter((name) => [cases[name]].flat().length === 0),
      ["PeerHeld", "PeerSuspended", "Watchdog"],
    );
  });

  it("fire for a held or suspended peer from the first evaluation on, with the reason", () => {
    const rules = toYaml({ groups: groupsOf("receives").filter(({ name }) => name === "metrics-link-peers") });
    writeFileSync(join(directory, "peers.yml"), rules);
    const summaries = {
      PeerHeld: "The outputs of peer account-b are rejected: unreadable. The last accepted values stay in force.",
      PeerSuspended: `Peer account-c is suspended: ${reason}. No connection from or to it is possible until the suspension is removed.`,
    };
    const labels = {
      PeerHeld: { link_side: "receives", severity: "warning", peer: "account-b", reason: "unreadable" },
      PeerSuspended: { link_side: "receives", severity: "info", peer: "account-c" },
    };
    const alert_rule_test = (["PeerHeld", "PeerSuspended"] as const).map((name) => ({
      eval_time: "0m",
      alertname: name,
      exp_alerts: [
        {
          exp_labels: labels[name],
          exp_annotations: { summary: summaries[name], runbook: `docs/runbooks/${name}.md` },
        },
      ],
    }));
    const tests = [{ interval: "1m", input_series: [], alert_rule_test }];
    writeFileSync(join(directory, "peers.test.yml"), toYaml({ rule_files: ["peers.yml"], tests }));
    const { status, said } = promtool("test", "rules", "peers.test.yml");
    assert.equal(status, 0, said);
  });

  it("name the series that the receiver refuses for good, and those too large for a full batch", () => {
    const rules = toYaml({ groups: groupsOf("sends").filter(({ name }) => /link$|repair/.test(name)) });
    writeFileSync(join(directory, "named.yml"), rules);
    const own = (metric: string, labels: string) => `${metric}{link_side="sends",${labels}}`;
    const series = {
      [own(
        "metrics_link_repair_refused_series_samples_total",
        'series="noisy:rule{a=\\"b\\"}",of_rule="noise/noisy:rule"',
      )]: 7,
      [own("metrics_link_repair_large_labels_bytes", 'series="huge{job=\\"app\\"}",of_job="app"')]: 3000,
      [own("metrics_link_repair_skipped_samples_total", 'reason="another value is stored"')]: 7,
    };
    const refused = '; refused for good: noisy:rule{a="b"} of rule noise/noisy:rule';
    const summaries = {
      SamplesNotRepaired: `Some samples will never reach the receiver: another value is stored${refused}.`,
      SamplesRefused: `The receiver answered 15 samples with a 4xx, and the queue does not send them again: the repairer does, all but the guilty ones${refused}; too large for a full batch: huge{job="app"}.`,
    };
    const alert_rule_test = (["SamplesNotRepaired", "SamplesRefused"] as const).map((name) => ({
      eval_time: "16m",
      alertname: name,
      exp_alerts: [
        {
          exp_labels: {
            link_side: "sends",
            severity: "critical",
            ...(name === "SamplesNotRepaired" && { reason: "another value is stored" }),
          },
          exp_annotations: { summary: summaries[name], runbook: `docs/runbooks/${name}.md` },
        },
      ],
    }));
    const input_series = [
      ...Object.entries(series).map(([name, value]) => ({ series: name, values: `_x10 ${value}+0x20` })),
      ...["samples", "histograms", "exemplars"].map((what) => ({
        series: `prometheus_remote_storage_${what}_failed_total{link_side="sends"}`,
        values: what === "samples" ? "0+1x30" : "0x30",
      })),
    ];
    const tests = [{ interval: "1m", input_series, alert_rule_test }];
    writeFileSync(join(directory, "named.test.yml"), toYaml({ rule_files: ["named.yml"], tests }));
    const { status, said } = promtool("test", "rules", "named.test.yml");
    assert.equal(status, 0, said);
  });

  it("call no sample lost that the repairer sends, and guess at no person", () => {
    const told = (["sends", "receives"] as const)
      .flatMap(groupsOf)
      .flatMap(({ rules }) =>
        rules.flatMap((rule) => ("alert" in rule ? [`${rule.alert}: ${rule.annotations.summary}`] : [])),
      );
    const claims = told.filter((text) => /\b(lost|loses?|drop\w*|by hand|somebody)\b/i.test(text));
    // What a scrape refused is stored nowhere.
    assert.deepEqual([...new Set(claims.map((text) => text.split(":")[0]))], ["ScrapedSamplesLost"]);
  });

  it("include one alert that always fires", () => {
    const [watchdog] = groupsOf("sends").flatMap(({ rules }) =>
      rules.filter((rule) => "alert" in rule && rule.alert === "Watchdog"),
    );
    assert.equal(watchdog?.expr, "vector(1)");
  });
});

const alertsOf = ({ rules }: ReturnType<typeof groupsOf>[number]): AlertName[] =>
  rules.flatMap((rule) => ("alert" in rule ? [rule.alert] : []));

/** One alert, with the recording rules of its group. */
const only = (name: AlertName, groups: ReturnType<typeof groupsOf>) =>
  groups
    .map((group) => ({ ...group, rules: group.rules.filter((rule) => !("alert" in rule) || rule.alert === name) }))
    .filter(({ rules }) => rules.some((rule) => "alert" in rule));

/** One test that the alert fires, and one that it does not. */
function testsOf(name: AlertName, { fires, silent, at }: Case, index: number) {
  const query = (expected: number) => ({
    expr: `count(ALERTS{alertname="${name}",alertstate="firing"}) or vector(0)`,
    eval_time: `${at}m`,
    exp_samples: [{ labels: "{}", value: expected }],
  });
  const input = (series: Readonly<Record<string, string>>) =>
    Object.entries(series).map(([selector, values]) => ({ series: selector, values }));
  const tests = [
    { name: `${name} ${index} fires`, series: fires, expected: 1 },
    { name: `${name} ${index} stays silent`, series: { ...fires, ...silent }, expected: 0 },
  ];
  return tests.map((test) => ({
    name: test.name,
    interval: "1m",
    input_series: input(test.series),
    promql_expr_test: [query(test.expected)],
  }));
}
