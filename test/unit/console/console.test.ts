import assert from "node:assert/strict";
import { consolePage, read, type Sources, verdictOf } from "@metrics-link/console";
import { rows } from "@metrics-link/prometheus/dashboards/index.ts";
import fc from "fast-check";
import { type Known, now, sources } from "./fake.ts";

const side = { link_side: "sends", account: "111" };
const verdict = async (asked: Sources) => verdictOf(await read(asked, now, 30));
const page = async (asked: Sources) => consolePage(await read(asked, now, 30));
const statements = async (known: Known, severity: string) =>
  (await verdict(sources(known))).findings.filter((one) => one.severity === severity).map(({ what }) => what);

describe("the verdict of a console", () => {
  it("is good for a healthy link", async () => {
    const { severity, headline, findings: found } = await verdict(sources());
    assert.equal(headline, "The link is up and nothing is wrong");
    assert.equal(severity, "ok");
    assert.match(found[0]?.what ?? "", /The link is up: .* 1\.5 s behind/);
  });

  it("reports a link that is behind", async () => {
    const wrong = await statements(
      { series: { "metrics_link:link_lag:seconds": [{ labels: side, value: 95 }] } },
      "critical",
    );
    assert.deepEqual(wrong, [
      "The link is behind: the newest acknowledged sample of the sender is 95 s behind the newest stored one.",
    ]);
  });

  it("reports that a new queue has no acknowledgement yet", async () => {
    const wrong = await statements(
      { series: { "metrics_link:link_lag:seconds": [{ labels: side, value: now }] } },
      "critical",
    );
    assert.deepEqual(wrong, ["No sample of the sender was acknowledged since its Prometheus started."]);
  });

  it("has the time of a silent sender's last sample", async () => {
    const silent = {
      "metrics_link:link_lag:seconds": [],
      "timestamp(up": [{ labels: { ...side, job: "prometheus" }, value: now - 600 }],
    };
    assert.match(
      (await statements({ series: silent }, "critical")).join(),
      /lag of the sender is not known; its last sample is from 07:50:00/,
    );
  });

  describe("of values that cannot be", () => {
    const possible = now - 1;
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e300, -1e300, now + 1e9]) {
      for (const [part, labels] of [
        ["metrics_link:link_lag:seconds", { account: "111" }],
        ["metrics_link_repair_vouched_until_timestamp_seconds", side],
        ["metrics_link_agent_last_run_timestamp_seconds", side],
        ["metrics_link_certificate_not_after_timestamp_seconds", { ...side, tier: "leaf" }],
      ] as const) {
        it(`is not "ok" for ${part} ${value}, and the page is made`, async () => {
          const certain = part.includes("certificate") && value === now + 1e9;
          // The receiver's own, as it should be.
          const others = part.includes("agent") ? [{ labels: { link_side: "receives" }, value: possible }] : [];
          const known = { series: { [part]: [{ labels, value }, ...others] } };
          const { severity } = await verdict(sources(known));
          assert.equal(severity === "ok", certain, severity);
          assert.match(await page(sources(known)), /<\/html>/);
          const healthy = { series: { [part]: [{ labels, value: part.includes("lag") ? 1 : possible }, ...others] } };
          if (!part.includes("certificate")) assert.equal((await verdict(sources(healthy))).severity, "ok");
        });
      }
    }
  });

  it("is not known when Prometheus does not answer", async () => {
    const { severity, headline } = await verdict(sources({ fails: "connection refused" }));
    assert.equal(severity, "not known");
    assert.match(headline, /^\d not known$/);
  });

  it("reports an agent that is silent, rolled back, or has a pending change", async () => {
    const of = async (outcome: string, age: number) => {
      const { findings: found } = await verdict(
        sources({
          series: {
            "metrics_link_agent_outcome ==": [{ labels: { link_side: "receives", outcome }, value: 1 }],
            metrics_link_agent_last_run_timestamp_seconds: [{ labels: { link_side: "receives" }, value: now - age }],
          },
        }),
      );
      return found.filter(({ what }) => what.startsWith("The agent of the receiver"));
    };
    assert.deepEqual(await of("converged", 900), [
      { severity: "critical", subject: "agent", what: "The agent of the receiver last ran 15 min ago: converged." },
    ]);
    assert.deepEqual(await of("rolledBack", 30), [
      { severity: "critical", subject: "agent", what: "The agent of the receiver: rolled back." },
    ]);
    assert.deepEqual(await of("held", 30), [
      { severity: "warning", subject: "agent", what: "The agent of the receiver: held." },
    ]);
  });

  it("names certificates that have expired or are overdue for renewal", async () => {
    const days = (tier: string, left: number) => ({
      labels: { link_side: "receives", tier },
      value: now + left * 86_400,
    });
    const { findings: found } = await verdict(
      sources({
        series: {
          metrics_link_certificate_not_after_timestamp_seconds: [
            ...[days("leaf", 8), days("intermediate", -1), days("root", 366)],
          ],
        },
      }),
    );
    assert.deepEqual(
      found.filter(({ what }) => what.includes("certificate")).map(({ severity, what }) => [severity, what]),
      [
        ["critical", "The intermediate certificate on the receiver has expired."],
        ["warning", "The leaf certificate on the receiver has 8 days left."],
      ],
    );
  });

  it("names panels and queries that lack data", async () => {
    const all = { prometheus_remote_storage_shards: [] };
    assert.deepEqual(await statements({ series: all }, "not known"), ["No current data: Shards."]);
    const one = { "metrics_link:wal_oldest:segment": [] };
    assert.deepEqual(await statements({ series: one }, "not known"), [
      "No current data: Segments of the WAL (oldest).",
    ]);
  });

  it("does not count a line that ended as current data", async () => {
    assert.match(
      (await statements({ silent: 300 }, "not known")).join(),
      /^No current data: Samples sent; .*; CPU in use\.$/,
    );
  });

  it("reports the firing alerts of both sides, the worst first, with their summaries", async () => {
    const { findings: found } = await verdict(
      sources({
        alerts: [
          {
            labels: { alertname: "DriftFound", severity: "warning" },
            annotations: { summary: "By hand." },
            state: "firing",
          },
          { labels: { alertname: "Watchdog", severity: "none" }, annotations: {}, state: "firing" },
          { labels: { alertname: "WritesFail", severity: "critical" }, annotations: {}, state: "pending" },
        ],
        series: { "ALERTS{": [{ labels: { ...side, alertname: "LinkBehind", severity: "critical" }, value: 1 }] },
      }),
    );
    assert.deepEqual(
      found.filter(({ what }) => what.includes("fires")).map(({ severity, what }) => [severity, what]),
      [
        ["critical", "LinkBehind (critical) of the sender fires."],
        ["warning", "DriftFound (warning) of the receiver fires: By hand."],
      ],
    );
  });

  it("reports the alerts of a sender that answers when the receiver does not", async () => {
    const alerts = [{ labels: { alertname: "LinkBehind", severity: "critical" }, annotations: {}, state: "firing" }];
    const { findings: found } = await verdict(sources({ fails: "connection refused" }, { alerts }));
    assert.deepEqual(
      found.filter(({ what }) => what.includes("fires")).map(({ severity, what }) => [severity, what]),
      [
        ["critical", "LinkBehind (critical) of the sender fires."],
        ["not known", "What fires at the receiver: connection refused."],
      ],
    );
  });

  it("does not report a silent sender as free of alerts", async () => {
    const silent = { "timestamp(up": [{ labels: { ...side, job: "prometheus" }, value: now - 600 }] };
    const found = await verdict(sources({ series: silent }));
    assert.ok(
      found.findings.some(({ what }) => what === "What fires at the senders: no samples from any sender at present."),
    );
    assert.ok(!found.findings.some(({ what }) => what === "No alert fires."));
    const asked = await verdict(sources({ series: silent }, {}));
    assert.ok(asked.findings.some(({ what }) => what === "No alert fires."));
  });

  it("counts missing samples if both ends answer", async () => {
    const compare = async () => ({ seconds: 10, series: 2, compared: 20, missing: 3, different: 0, unexpected: 0 });
    const { severity, findings: found } = await verdict({ ...sources(), compare });
    assert.equal(severity, "critical");
    assert.match(found[0]?.what ?? "", /3 missing, 0 different/);
  });

  it("prefers a sender's own answer to what the receiver has of it", async () => {
    const stale = { "metrics_link:link_lag:seconds": [{ labels: side, value: 1 }] };
    const own = { "metrics_link:link_lag:seconds": [{ value: 95 }] };
    const { findings: found } = await verdict(sources({ series: stale }, { series: own }));
    assert.equal(found.filter(({ what }) => what.startsWith("The link is")).length, 1);
    assert.match(found[0]?.what ?? "", /The link is behind: .* 95 s/);
  });

  it("distinguishes several senders by their labels", async () => {
    const other = { link_side: "sends", account: "222" };
    const found = await statements(
      {
        series: {
          "timestamp(up": [side, other].map((labels) => ({ labels, value: now })),
          "metrics_link:link_lag:seconds": [
            { labels: side, value: 1 },
            { labels: other, value: 2 },
          ],
        },
      },
      "ok",
    );
    assert.match(found.join(), /sender 111 is 1 s behind.*sender 222 is 2 s behind/);
  });
});

describe("the page of a console", () => {
  it("has every panel of the dashboard, in its order, each with a chart", async () => {
    const html = await page(sources({ series: { "ALERTS{alertstate": [{ value: 1 }] } }));
    const titles = rows.flatMap(({ panels }) => panels.map(({ title }) => title));
    assert.deepEqual(
      [...html.matchAll(/<figcaption><h3>([^<]*)/g)].map(([, title]) => title),
      titles,
    );
    assert.equal(html.match(/<svg/g)?.length, titles.length);
  });

  it("distinguishes data that is missing, validly absent, or unknown", async () => {
    const none = await page(sources({ series: { prometheus_remote_storage_shards: [], "ALERTS{alertstate": [] } }));
    assert.match(none, /Shards<\/h3>(?:(?!<\/figure>).)*no data<\/b> Prometheus has no such series/s);
    assert.match(none, /Alerts<\/h3>(?:(?!<\/figure>).)*No alert fires\./s);
    const unknown = await page(sources({ fails: "connection <refused>" }));
    assert.equal(unknown.match(/<svg/g), null);
    assert.match(unknown, /not known<\/b> connection &lt;refused&gt;/);
  });

  it("takes a panel from the sender when the receiver has no current data, and says so", async () => {
    const html = await page(sources({ silent: 300 }, {}));
    assert.match(html, /From the sender&#39;s own Prometheus|From the sender's own Prometheus/);
    assert.ok(!(await page(sources({}, {}))).includes("From the sender"));
  });

  it("loads nothing and runs nothing, whatever a label, an alert or an error says", async () => {
    const bare = tagsOf(await page(withText("words")));
    const nasty = fc.string({ minLength: 1, unit: fc.constantFrom("<", ">", '"', "'", "&", "script", "/", " ", "=") });
    await fc.assert(
      fc.asyncProperty(nasty, async (text) => assert.deepEqual(tagsOf(await page(withText(text))), bare)),
      { numRuns: 20 },
    );
    assert.ok(!bare.some((tag) => /^<(script|img|link|iframe)/.test(tag)));
  });
});

/** A text of somebody else's in every place that has one. */
const withText = (text: string): Sources =>
  sources({
    alerts: [
      { labels: { alertname: text, severity: text }, annotations: { summary: text, runbook: text }, state: "firing" },
    ],
    series: {
      metrics_link_agent_release_info: [{ labels: { ...side, release: text }, value: 1 }],
      metrics_link_agent_outcome: [{ labels: { ...side, outcome: text }, value: 1 }],
      metrics_link_certificate_not_after_timestamp_seconds: [{ labels: { ...side, tier: text }, value: now }],
      prometheus_http_requests_total: [{ labels: { code: text }, value: 1 }],
    },
  });

const tagsOf = (html: string) => [...html.matchAll(/<\/?[a-z][^\s>]*/g)].map(([tag]) => tag);
