import assert from "node:assert/strict";
import { InvalidInputError } from "@metrics-link/contract";
import { type AlertOverrides, ruleGroups, type Side } from "@metrics-link/prometheus";

interface Change {
  readonly side?: Side;
  readonly senders?: readonly string[];
  readonly linked?: boolean;
  readonly scrapeInterval?: string;
  readonly leafDays?: number;
  readonly overrides?: AlertOverrides;
}

/** The rules of an alert, with what a test changes. */
function rulesOf(name: string, change: Change = {}) {
  const input = { side: "sends" as Side, senders: [], linked: true, scrapeInterval: "15s", leafDays: 30, ...change };
  const groups = ruleGroups({ overrides: {}, delivers: false, ...input });
  return groups.flatMap(({ rules }) => rules.filter((rule) => "alert" in rule && rule.alert === name));
}

const expressionOf = (name: string, change?: Change) => rulesOf(name, change)[0]?.expr ?? "";

describe("alert settings", () => {
  it("come from the stack's configuration, with the table as default", () => {
    const [rule] = rulesOf("LinkBehind", { overrides: { LinkBehind: { for: "10s" } } });
    assert.ok(rule !== undefined && "for" in rule);
    assert.equal(rule.for, "10s");
    assert.match(rule.expr, /> 120$/);
  });

  it("are refused for an alert that does not exist or has no such setting", () => {
    const set = (overrides: AlertOverrides) => () => rulesOf("LinkBehind", { overrides });
    assert.throws(set({ LinkBehnd: { for: "10s" } }), InvalidInputError);
    assert.throws(set({ LinkBehind: { window: "10m" } }), {
      code: "PROMETHEUS_CONFIGURATION_INVALID",
      message: /this alert has no window/,
    });
  });

  it("look at a counter for at least four scrapes", () => {
    assert.match(expressionOf("ReceiverUnreachable"), /\[5m\]/);
    const overrides = { ReceiverUnreachable: { window: "30s" } };
    assert.match(expressionOf("ReceiverUnreachable", { overrides }), /\[60000ms\]/);
    // The host scrapes itself once a minute at least.
    assert.match(expressionOf("ReceiverUnreachable", { overrides, scrapeInterval: "5m" }), /\[240000ms\]/);
  });

  it("scale with the leaf's lifetime", () => {
    const days = (name: string, leafDays: number) => {
      const [, threshold, lifetime] = /\* (\d+) \/ (\d+)$/.exec(expressionOf(name, { leafDays })) ?? [];
      return [threshold, lifetime].map((seconds) => Number(seconds) / 86_400);
    };
    assert.deepEqual(days("LeafExpiring", 30), [3, 30]);
    assert.deepEqual(days("LeafExpiring", 10), [1, 10]);
    assert.deepEqual(days("LeafRenewalOverdue", 90), [27, 90]);
    const envoysDays = (leafDays: number) =>
      /<= (\d+)/.exec(expressionOf("EnvoyCertificateExpiring", { leafDays }))?.[1];
    assert.deepEqual([397, 30, 15, 4].map(envoysDays), ["2", "2", "1", "0"]);
  });

  it("evaluate the link's own rules once a minute, however rarely a user's are", () => {
    const intervals = (scrapeInterval: string) =>
      ruleGroups({
        side: "sends",
        senders: [],
        linked: true,
        scrapeInterval,
        leafDays: 30,
        overrides: {},
        delivers: false,
      }).map(({ interval }) => interval);
    assert.deepEqual(new Set(intervals("15s")), new Set([undefined]));
    assert.deepEqual(new Set(intervals("3m")), new Set(["1m"]));
  });

  it("require nothing of a link that does not exist yet", () => {
    for (const name of ["LinkBehind", "LeafExpiring"]) assert.deepEqual(rulesOf(name, { linked: false }), []);
    assert.equal(rulesOf("DiskNearlyFull", { linked: false }).length, 1);
  });
});
