import assert from "node:assert/strict";
import type { ReleaseInput } from "@metrics-link/release";
import { afterEach, beforeEach, describe, it } from "mocha";
import { convergedHost, type FakeHost, withFile } from "./fake-host.ts";
import { answer, metricsPage } from "./prometheus-page.ts";

const url = "http://127.0.0.1:9090";
const metricsUrl = `${url}/metrics`;
type Target = { scrapePool: string; health: string; scrapeInterval: string };
const target = (scrapePool: string, health: string, scrapeInterval = "15s"): Target => ({
  scrapePool,
  health,
  scrapeInterval,
});

/** What Prometheus says, which a test changes between before and after. */
interface Prometheus {
  sentAgo: number;
  retried: number;
  retriedBefore: number | undefined;
  writes: number;
  writesLately: number;
  targets: Target[];
}

describe("agent: probes that compare", () => {
  let host: FakeHost;
  let prometheus: Prometheus;
  /** What Prometheus says once Envoy was restarted. */
  let afterwards: Partial<Prometheus>;
  const restarted = () => host.changes.length > 0;

  beforeEach(async () => {
    ({ host } = await convergedHost());
    prometheus = {
      sentAgo: 1,
      retried: 0,
      retriedBefore: 0,
      writes: 10,
      writesLately: 5,
      targets: [target("node", "up")],
    };
    afterwards = {};
    host.onAsk = (asked) => {
      const now = { ...prometheus, ...(restarted() ? afterwards : {}) };
      if (asked === metricsUrl) {
        const sent = host.now / 1000 - now.sentAgo;
        return { status: 200, body: metricsPage({ sent, retried: now.retried, writes: now.writes }) };
      }
      if (asked.includes("/targets")) {
        return { status: 200, body: JSON.stringify({ data: { activeTargets: now.targets } }) };
      }
      if (asked.includes("/query")) {
        const expression = new URL(asked).searchParams.get("query") ?? "";
        if (!expression.includes("retried")) return { status: 200, body: answer(now.writesLately) };
        const isAsOfSent = expression.includes(`@ ${host.now / 1000 - now.sentAgo})`);
        return { status: 200, body: answer(isAsOfSent ? now.retriedBefore : 0) };
      }
      return { status: 200, body: "" };
    };
  });
  afterEach(() => host.remove());

  /** A release with one more probe, and a change that restarts Envoy. */
  const probing = (
    probe: NonNullable<ReleaseInput["probes"]>[number],
    path = "envoy/bootstrap.json",
  ): ReleaseInput => ({
    ...withFile(path, "changed: {}\n"),
    probes: [probe],
    probeDeadlineSeconds: 5,
  });
  const sends = { kind: "sends", unit: "metrics-link-envoy.service", metricsUrl } as const;
  const receives = { kind: "receives", unit: "metrics-link-envoy.service", metricsUrl } as const;
  const scrapes = { kind: "scrapes", unit: "metrics-link-prometheus.service", url } as const;
  const outcomeOf = async (release: ReleaseInput) => host.converge(await host.publish(release));

  it("a queue that is acknowledged afterwards as well passes", async () => {
    afterwards = { sentAgo: -1 };
    const { outcome, notAsked } = await outcomeOf(probing(sends));
    assert.deepEqual([outcome, notAsked], ["converged", []]);
  });

  it("a queue that is not acknowledged any more takes the release back", async () => {
    afterwards = { sentAgo: 30 };
    const { outcome, reasons } = await outcomeOf(probing(sends));
    assert.equal(outcome, "rolledBack");
    assert.match(
      reasons.join("\n"),
      /^probe: not healthy after 5 s: metrics-link-envoy.service: the receiver has acknowledged nothing that was scraped since/,
    );
  });

  it("a queue that failed a moment ago and is acknowledged again is asked", async () => {
    Object.assign(prometheus, { retried: 2000, retriedBefore: 2000 });
    afterwards = { sentAgo: 30 };
    const { outcome, notAsked } = await outcomeOf(probing(sends));
    assert.deepEqual([outcome, notAsked], ["rolledBack", []]);
  });

  for (const [what, before] of [
    ["a queue that was down before", { sentAgo: 90 }],
    ["a queue that has just begun to fail", { retried: 2000 }],
  ] as const) {
    it(`${what} is not held against the release`, async () => {
      Object.assign(prometheus, before);
      afterwards = { sentAgo: 100 };
      const { outcome, notAsked } = await outcomeOf(probing(sends));
      assert.deepEqual([outcome, notAsked], ["converged", ["sends"]]);
    });
  }

  it("a change that disturbs nobody is not made to wait for a batch", async () => {
    prometheus.sentAgo = 20;
    const release = { ...probing(sends, "tls/peer-root.pem") };
    const started = host.now;
    assert.equal((await outcomeOf(release)).outcome, "converged");
    assert.equal(host.now, started);
  });

  it("writes that go on pass", async () => {
    let writes = 10;
    const { onAsk } = host;
    host.onAsk = (asked) => {
      if (restarted()) writes += 1;
      afterwards = { writes };
      return onAsk(asked);
    };
    assert.equal((await outcomeOf(probing(receives))).outcome, "converged");
  });

  it("writes that stop take the release back", async () => {
    const { outcome, reasons } = await outcomeOf(probing(receives));
    assert.equal(outcome, "rolledBack");
    assert.match(reasons.join("\n"), /metrics-link-envoy.service: no write of a sender was accepted since/);
  });

  it("a receiver without writes before is not asked", async () => {
    prometheus.writesLately = 0;
    const { outcome, notAsked } = await outcomeOf(probing(receives));
    assert.deepEqual([outcome, notAsked], ["converged", ["receives"]]);
  });

  const jobs: { what: string; before: Target[]; after: Target[]; lost?: string }[] = [
    { what: "a job that goes on", before: [target("a", "up")], after: [target("a", "up")] },
    {
      what: "a job with one target of two",
      before: [target("a", "up")],
      after: [target("a", "down"), target("a", "up")],
    },
    { what: "a job that is gone", before: [target("a", "up")], after: [] },
    { what: "a job that was down before", before: [target("a", "down")], after: [target("a", "down")] },
    { what: "a new job that is down", before: [target("a", "up")], after: [target("a", "up"), target("b", "down")] },
    { what: "a job that is scraped too rarely", before: [target("a", "up")], after: [target("a", "unknown", "1m0s")] },
    {
      what: "a job all of whose targets are down",
      before: [target("a", "up")],
      after: [target("a", "down")],
      lost: "a",
    },
    { what: "a job that was not scraped yet", before: [target("a", "up")], after: [target("a", "unknown")], lost: "a" },
  ];
  for (const { what, before, after, lost } of jobs) {
    it(`${what} ${lost ? "fails" : "passes"}`, async () => {
      prometheus.targets = before;
      afterwards = { targets: after };
      const { outcome, reasons } = await outcomeOf(probing(scrapes));
      assert.equal(outcome, lost ? "rolledBack" : "converged");
      if (lost) assert.match(reasons.join("\n"), new RegExp(`no target of ${lost} is up; before the release one was`));
    });
  }

  it("what passed before is known to the run after a crash as well", async () => {
    const release = probing(sends);
    const id = await host.publish(release);
    await host.killedAt(id, ([, verb]) => verb === "daemon-reload");
    // The damage is there when the next run begins; it must not be taken for the normal.
    prometheus.sentAgo = 90;
    assert.equal((await host.converge(id)).outcome, "rolledBack");
  });
});
