import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AlertName, renderReceiver, renderSender, toYaml } from "@metrics-link/prometheus";
import type { PrometheusConfiguration } from "@metrics-link/prometheus/configuration.ts";
import { secondsOf } from "@metrics-link/release";
import fc from "fast-check";
import { tool } from "../../../support/tool.ts";
import { scrapeFile } from "../examples.ts";
import { type Fault, receiversSeries, senderNames, sendersSeries, seriesOf, type World } from "./simulated-link.ts";

/** What a stack may configure that alerts depend on. */
interface Settings {
  readonly scrapeInterval: string;
  readonly batchSendDeadline: string;
  readonly jobInterval: string;
  readonly leafDays: number;
  readonly authorityYears: number;
  readonly senders: number;
}

/** The minute in which a fault begins. */
const faultAt = 5;
const healthy: Fault = { at: faultAt };
const userJob = "shop.b";

/** The minute in which an alert must have fired at the latest, where that matters: a target ahead must not delay it. */
const dueAt: Partial<Readonly<Record<AlertName, number>>> = { LinkBehind: faultAt + 12 };

/** Each fault, and the alert that must fire for it. */
const sendersFaults: Readonly<Record<string, readonly [Fault, readonly AlertName[]]>> = {
  "a cut link": [{ at: faultAt, link: "cut" }, ["LinkBehind"]],
  "a cut link, after a target that was ahead": [{ at: faultAt, link: "cut", aheadSeconds: 540 }, ["LinkBehind"]],
  "a cut link, with a target that is ahead": [
    { at: faultAt, link: "cut", aheadSeconds: 540, staysAhead: true },
    ["LinkBehind", "SamplesFromFuture"],
  ],
  "a target that is ahead": [{ at: faultAt, aheadSeconds: 540, staysAhead: true }, ["SamplesFromFuture"]],
  "a user's target that is down": [{ at: faultAt, lostJob: userJob }, ["TargetLost"]],
  "a leaf that nobody renews": [{ at: faultAt, leafShareLeft: 0.08 }, ["LeafExpiring"]],
  "a job of the host without a target": [{ at: faultAt, lostOwnJob: "envoy" }, ["OwnTargetMissing"]],
  "an agent that has stopped": [{ at: faultAt, stopped: "agent" }, ["AgentSilent"]],
  "a repairer that has stopped": [{ at: faultAt, stopped: "repairer" }, ["RepairerSilent"]],
  "scraped samples that are refused": [{ at: faultAt, outOfBounds: true }, ["ScrapedSamplesLost"]],
};
const receiversFaults: Readonly<Record<string, readonly [Fault, readonly AlertName[]]>> = {
  "a sender that is silent": [{ at: faultAt, link: "cut" }, ["SenderSilent", "SenderLate"]],
  "a gate that has stopped": [{ at: faultAt, stopped: "gate" }, ["GateSilent"]],
  "samples that arrive late": [{ at: faultAt, lateSeconds: 900 }, ["SenderLate"]],
  "a sender with other external labels": [{ at: faultAt, relabelled: true }, []],
  "a receiver's target that is down": [{ at: faultAt, lostJob: userJob }, ["TargetLost"]],
};

/** What a stack renders of the settings. */
function renderingsOf({ scrapeInterval, batchSendDeadline, jobInterval, leafDays, senders }: Settings) {
  const common = {
    scrapeInterval,
    externalLabels: { account: "a" },
    scrapeFiles: scrapeFile({ job_name: userJob, scrape_interval: jobInterval }),
    leafDays,
  };
  return {
    sends: renderSender({ ...common, linked: true, remoteWrite: { batchSendDeadline } }),
    receives: renderReceiver({ ...common, outOfOrderTimeWindow: "24h", senders: senderNames(senders) }),
  };
}

function worldOf(settings: Settings, { global, scrape_configs }: PrometheusConfiguration): World {
  const jobSeconds = secondsOf(settings.jobInterval);
  return {
    // As often as the host really scrapes itself.
    ownSeconds: secondsOf(scrape_configs[0]?.scrape_interval ?? global.scrape_interval),
    batchDeadlineSeconds: secondsOf(settings.batchSendDeadline),
    jobs: [{ name: userJob, seconds: jobSeconds }],
    leafDays: settings.leafDays,
    authorityYears: settings.authorityYears,
    senders: settings.senders,
    minutes: Math.ceil(faultAt + Math.max(20, (3 * jobSeconds) / 60 + 10)),
  };
}

describe("alerts on a simulated link", function () {
  this.timeout(600_000);
  let directory: string;
  before(() => {
    directory = mkdtempSync(join(tmpdir(), "simulated-"));
  });
  after(() => rmSync(directory, { recursive: true }));

  /** Evaluates the rules on each fault with promtool. */
  function evaluate(settings: Settings): { readonly status: number | null; readonly said: string } {
    const renderings = renderingsOf(settings);
    // promtool evaluates every group as often.
    const evaluation_interval =
      renderings.sends.ruleGroups[0]?.interval ?? renderings.sends.configuration.global.evaluation_interval;
    const world = worldOf(settings, renderings.sends.configuration);
    const files = (["sends", "receives"] as const).map((side) => {
      const [faults, scraped] =
        side === "sends" ? [sendersFaults, sendersSeries] : ([receiversFaults, receiversSeries] as const);
      writeFileSync(join(directory, `${side}.yml`), toYaml({ groups: renderings[side].ruleGroups }));
      const tests = Object.entries({ "a healthy link": [healthy, []] as const, ...faults }).map(
        ([name, [fault, expected]]) => ({
          name: `${side}: ${name}`,
          ...seriesOf(world, scraped(world, fault)),
          promql_expr_test: [
            ...(expected.length === 0 ? silence(world) : []),
            ...expected.map((alert) => ({
              expr: `count(ALERTS{alertname="${alert}",alertstate="firing"}) > bool 0 or vector(0)`,
              eval_time: `${Math.min(world.minutes, dueAt[alert] ?? world.minutes)}m`,
              exp_samples: [{ labels: "{}", value: 1 }],
            })),
          ],
        }),
      );
      const file = join(directory, `${side}.test.yml`);
      writeFileSync(file, toYaml({ rule_files: [`${side}.yml`], evaluation_interval, tests }));
      return file;
    });
    const { status, stdout, stderr } = spawnSync(tool("promtool"), ["test", "rules", ...files], {
      encoding: "utf8",
      maxBuffer: 1e8,
    });
    return { status, said: (stdout + stderr).slice(0, 4000) };
  }

  // A second's interval takes minutes of the real evaluator: it was tried once, and the rules differ in numbers only.
  const examples: readonly Settings[] = [
    { scrapeInterval: "10s", batchSendDeadline: "30s", jobInterval: "20s", leafDays: 1, authorityYears: 1, senders: 1 },
    {
      scrapeInterval: "15s",
      batchSendDeadline: "5s",
      jobInterval: "15s",
      leafDays: 30,
      authorityYears: 10,
      senders: 2,
    },
    { scrapeInterval: "3m", batchSendDeadline: "30s", jobInterval: "3m", leafDays: 4, authorityYears: 5, senders: 3 },
    { scrapeInterval: "1h", batchSendDeadline: "5s", jobInterval: "1h", leafDays: 397, authorityYears: 30, senders: 1 },
  ];
  for (const settings of examples) {
    it(`fire for each fault, and for none on a healthy link, with a scrape interval of ${settings.scrapeInterval}`, () => {
      const { status, said } = evaluate(settings);
      assert.equal(status, 0, said);
    });
  }

  it("do so with any configuration", () => {
    const settings = fc.record({
      scrapeInterval: fc.constantFrom("10s", "15s", "30s", "1m", "2m", "5m", "7m", "1h"),
      batchSendDeadline: fc.constantFrom("10ms", "1s", "5s", "20s", "30s"),
      jobInterval: fc.constantFrom("1m", "3m", "6m", "15m"),
      leafDays: fc.integer({ min: 1, max: 397 }),
      authorityYears: fc.integer({ min: 1, max: 30 }),
      senders: fc.integer({ min: 1, max: 3 }),
    });
    fc.assert(
      fc.property(settings, (some) => {
        const { status, said } = evaluate(some);
        assert.equal(status, 0, said);
      }),
      { numRuns: 4, endOnFailure: true },
    );
  });
});

/** That no alert but the one that always fires does, at each minute. */
const silence = ({ minutes }: World) =>
  Array.from({ length: minutes }, (_, minute) => ({
    expr: 'ALERTS{alertstate="firing",alertname!="Watchdog"}',
    eval_time: `${minute + 1}m`,
    exp_samples: [],
  }));
