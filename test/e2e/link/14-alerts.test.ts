import assert from "node:assert/strict";
import { ruleGroups, type Side } from "@metrics-link/prometheus";
import { expressions as ofDashboard } from "@metrics-link/prometheus/dashboards/index.ts";
import { askedFor } from "../../support/promql.ts";
import { eventually } from "../support/eventually.ts";
import { on, receiver, sender } from "../support/sandbox.ts";
import { needs, world } from "../support/world.ts";

/** Names that no healthy host has, and why. A name that is neither here nor on a host would be an alert that never fires. */
const onlyAfterAFault = new Map([
  ["prometheus_remote_storage_samples_dropped_total", "born with the first sample that is dropped"],
  ["metrics_link_repair_skipped_samples_total", "born with the first sample that cannot be repaired"],
  ["metrics_link_agent_held_since_timestamp_seconds", "there while a change waits"],
  ["metrics_link_agent_drift_repeated", "there while something drifts again and again"],
  ["metrics_link_management_agent_matches", "there where the image does not bring the management agent"],
  ["metrics_link_audit_timestamp_seconds", "there once an audit was told; hosts/28-audit has it, and the next two"],
  ["metrics_link_audit_checks", "there once an audit was told"],
  ["metrics_link_audit_finding", "there while a finding stands"],
  ["metrics_link_gate_refused_series_total", "born with the first series that the gate refuses"],
  ["metrics_link_gate_limit_used_ratio", "there while a sender uses half of a limit"],
]);

const sides = { sends: sender, receives: receiver } as const;
const hosts = { sends: "sender", receives: "receiver" } as const;

/** Before the strangers and the outages, of which alerts remember for a quarter of an hour. */
describe("alerts", function () {
  needs(world.untouched);
  this.timeout(1_200_000);

  for (const side of ["sends", "receives"] as const) {
    it(`query only metrics that exist on the host that ${side}`, async () => {
      const ofRules = ruleGroups({ ...input, side }).flatMap(({ rules }) => rules.map(({ expr }) => expr));
      // The dashboard is for the receiver, where both sides' series are.
      const expressions = side === "receives" ? [...ofRules, ...ofDashboard()] : ofRules;
      const used = await askedFor(expressions, (query) => ask(side, "parse_query", { query }));
      // Some are told by what runs once a minute.
      await eventually(
        "every metric to be there",
        async (note) => {
          const known = new Map([
            ["", await namesOn(side, '{__name__=~".+"}')],
            ["sends", await namesOn(side, '{link_side="sends"}')],
            ["receives", await namesOn(side, '{link_side="receives"}')],
          ]);
          const unknown = used.filter(
            ({ name, side: whose = "" }) => !known.get(whose)?.includes(name) && !onlyAfterAFault.has(name),
          );
          note(unknown);
          return unknown.length === 0 ? true : undefined;
        },
        90_000,
        2000,
      );
      assert.ok(used.length > 40, `${used.length} metrics`);
    });

    it(`are loaded and evaluated without an error by the host that ${side}`, async () => {
      const { groups } = (await ask(side, "rules", { type: "alert" })) as {
        groups: { rules: { name: string; health: string }[] }[];
      };
      const rules = groups.flatMap((group) => group.rules);
      assert.ok(rules.length > 25, `${rules.length} rules`);
      assert.deepEqual(
        rules.filter(({ health }) => health !== "ok"),
        [],
      );
    });

    it(`are silent on the host that ${side} while the link is healthy`, async () => {
      await eventually(
        "nothing that is critical fires",
        async (note) => {
          const found = (await sides[side].alerts()).filter(
            ({ state, labels }) => state === "firing" && labels.severity === "critical",
          );
          note(found.map(({ labels }) => labels));
          return found.length === 0 ? true : undefined;
        },
        60_000,
        1000,
      );
    });
  }

  it("predict how long an outage could last", async () => {
    const left = await eventually(
      "the time left to be known",
      () => sender.value("metrics_link:backlog_time_left:seconds"),
      90_000,
      1000,
    );
    assert.ok(left > 2 * 3600, `${left} s`);
  });
});

const input = {
  senders: ["account-a"],
  linked: true,
  scrapeInterval: "15s",
  leafDays: 30,
  overrides: {},
  delivers: true,
};

const namesOn = (side: Side, selector: string) =>
  ask(side, "label/__name__/values", { "match[]": selector }) as Promise<string[]>;

/** Prometheus' API of a host, asked on its own loopback. */
async function ask(side: Side, path: string, parameters: Readonly<Record<string, string>>): Promise<unknown> {
  const words = Object.entries(parameters).flatMap(([name, value]) => ["--data-urlencode", `${name}=${value}`]);
  const url = `http://127.0.0.1:9090/api/v1/${path}`;
  // What is too long for a URL goes as a body, which two of these paths do not take.
  const method = path === "parse_query" ? [] : ["--get"];
  const answer = JSON.parse(await on(hosts[side], "curl", "--silent", ...method, ...words, url)) as {
    status: string;
    data: unknown;
  };
  assert.equal(answer.status, "success", JSON.stringify(answer));
  return answer.data;
}
