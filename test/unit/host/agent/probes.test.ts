import assert from "node:assert/strict";
import type { ReleaseInput } from "@metrics-link/release";
import { afterEach, beforeEach, describe, it } from "mocha";
import { bootstrapWith, convergedHost, type FakeHost, withFile } from "./fake-host.ts";
import { answer, metricsPage } from "./prometheus-page.ts";

const url = "http://127.0.0.1:9090";
const metricsUrl = `${url}/metrics`;
type Target = { scrapePool: string; health: string; scrapeInterval: string };
const target = (scrapePool: string, health: string, scrapeInterval = "15s"): Target => ({
  scrapePool,
  health,
  scrapeInterval,
});

/** What the sender's link does, by the seconds since the test began; a batch every five seconds. */
interface Link {
  /** Whether the receiver answers. */
  readonly isUp: (seconds: number) => boolean;
  /** Whether it answers batches with 4xx. */
  readonly isRefusing?: (seconds: number) => boolean;
  /** How far ahead of the host's clock the times of a target are. */
  readonly aheadSeconds?: number;
  readonly scrapeSeconds?: number;
}

const always = () => true;
/** When the test begins, the link and Prometheus have been there for this long. */
const pastSeconds = 600;

/** The queue's counters at a moment, as `/metrics` shows them. */
function queueAt({ isUp, isRefusing = () => false, scrapeSeconds = 5 }: Link, seconds: number) {
  const counted = { done: 0, refused: 0, retried: 0 };
  const every = Math.max(5, scrapeSeconds);
  for (let at = -pastSeconds; at <= seconds; at += every) {
    if (isUp(at)) counted.done += 1000;
    else counted.retried += 500;
    if (isUp(at) && isRefusing(at)) counted.refused += 500;
  }
  return counted;
}

/** The answer to a range selector: the same counters at each scrape of the last minutes. */
function queueHistory(link: Link, seconds: number, expression: string): string {
  const range = Number(/\[(\d+)s\]$/.exec(expression)?.[1]);
  const every = link.scrapeSeconds ?? 5;
  const times: number[] = [];
  for (let at = Math.floor(seconds / every) * every - 1; at > seconds - range; at -= every) times.unshift(at);
  const names = { bytes_total: "done", samples_failed_total: "refused", samples_retried_total: "retried" } as const;
  const result = Object.entries(names).map(([name, kind]) => ({
    metric: { __name__: `prometheus_remote_storage_${name}` },
    values: times.map((at) => [at, `${queueAt(link, at)[kind]}`]),
  }));
  return JSON.stringify({ data: { result } });
}

describe("agent: probes that compare", () => {
  let host: FakeHost;
  let began: number;
  let link: Link;
  let receiver: { writes: number; writesBefore: number | undefined };
  /** What changes of both once Envoy was restarted. */
  let afterwards: { writes?: number; targets?: Target[]; link?: Partial<Link> };
  let targets: Target[];
  const restarted = () => host.changes.length > 0;

  beforeEach(async () => {
    ({ host } = await convergedHost());
    began = host.now;
    link = { isUp: always };
    receiver = { writes: 10, writesBefore: 5 };
    targets = [target("node", "up")];
    afterwards = {};
    host.onAsk = (asked) => {
      const seconds = (host.now - began) / 1000;
      const now = { ...link, ...(restarted() ? afterwards.link : {}) };
      if (asked === metricsUrl) {
        const sent = host.now / 1000 + (now.aheadSeconds ?? 0);
        const { writes } = { ...receiver, ...(restarted() ? afterwards : {}) };
        return { status: 200, body: metricsPage({ sent, ...queueAt(now, seconds), writes }) };
      }
      if (asked.includes("/targets")) {
        const activeTargets = restarted() ? (afterwards.targets ?? targets) : targets;
        return { status: 200, body: JSON.stringify({ data: { activeTargets } }) };
      }
      if (asked.includes("/query")) {
        const expression = new URL(asked).searchParams.get("query") ?? "";
        if (expression.endsWith("]")) return { status: 200, body: queueHistory(now, seconds, expression) };
        return { status: 200, body: answer(receiver.writesBefore) };
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
    ...withFile(path, bootstrapWith({ changed: true })),
    probes: [probe],
    probeDeadlineSeconds: 5,
  });
  const sends = { kind: "sends", unit: "metrics-link-envoy.service", metricsUrl } as const;
  const receives = { kind: "receives", unit: "metrics-link-envoy.service", metricsUrl } as const;
  const scrapes = { kind: "scrapes", unit: "metrics-link-prometheus.service", url } as const;
  const outcomeOf = async (release: ReleaseInput) => host.converge(await host.publish(release));

  it("a queue that is acknowledged before and after passes", async () => {
    const { outcome, notAsked } = await outcomeOf({ ...probing(sends), probeDeadlineSeconds: 20 });
    assert.deepEqual([outcome, notAsked], ["converged", []]);
  });

  /** The release restarts Envoy within a second of the test's beginning. */
  const cutByRelease = (seconds: number) => seconds < 1;
  const cuts: Record<string, Link> = {
    "": { isUp: cutByRelease },
    ", whatever time a target tells": { isUp: cutByRelease, aheadSeconds: 540 },
    " at a scrape interval of a minute": { isUp: cutByRelease, scrapeSeconds: 60 },
    ", for every batch is refused": { isUp: always, isRefusing: (seconds) => !cutByRelease(seconds) },
    ", when it failed a moment ago and is acknowledged again": {
      isUp: (seconds) => cutByRelease(seconds) && (seconds < -30 || seconds > -16),
    },
    " that refused a batch before": {
      isUp: cutByRelease,
      isRefusing: (seconds) => seconds > -30 && seconds < -16,
    },
  };
  for (const [what, played] of Object.entries(cuts)) {
    it(`a queue that is no longer acknowledged rolls the release back${what}`, async () => {
      link = played;
      const { outcome, reasons, notAsked } = await outcomeOf({ ...probing(sends), probeDeadlineSeconds: 90 });
      assert.deepEqual([outcome, notAsked], ["rolledBack", []]);
      assert.match(
        reasons.join("\n"),
        /^probe: not healthy after 90 s: metrics-link-envoy.service: the receiver has acknowledged no batch since/,
      );
    });
  }

  for (const scrapeSeconds of [1, 15, 30, 60]) {
    it(`a queue that is acknowledged passes at a scrape interval of ${scrapeSeconds} s, at any moment`, async () => {
      for (const later of [0, 7, 29, 59]) {
        host.now += later * 1000;
        link = { isUp: always, scrapeSeconds };
        const { outcome, notAsked } = await outcomeOf({ ...probing(sends), probeDeadlineSeconds: 90 + later });
        assert.deepEqual([outcome, notAsked], ["converged", []]);
        host.commands.length = 0;
      }
    });
  }

  for (const [what, isUp] of [
    ["a queue that was down before", (seconds: number) => seconds < -170],
    ["a queue that has just begun to fail", (seconds: number) => seconds < -3],
  ] as const) {
    for (const aheadSeconds of [0, 540]) {
      it(`${what} does not count against the release, with a target ${aheadSeconds} s ahead`, async () => {
        link = { isUp, aheadSeconds };
        const { outcome, notAsked } = await outcomeOf(probing(sends));
        assert.deepEqual([outcome, notAsked], ["converged", ["sends"]]);
      });
    }
  }

  it("a change that disturbs no service does not wait for a batch", async () => {
    const release = { ...probing(sends, "tls/peer-root.pem") };
    const started = host.now;
    assert.equal((await outcomeOf(release)).outcome, "converged");
    assert.equal(host.now, started);
  });

  it("writes that continue pass", async () => {
    let writes = 10;
    const { onAsk } = host;
    host.onAsk = (asked) => {
      if (restarted()) writes += 1;
      afterwards = { writes };
      return onAsk(asked);
    };
    assert.equal((await outcomeOf(probing(receives))).outcome, "converged");
  });

  it("writes that stop roll the release back", async () => {
    const { outcome, reasons } = await outcomeOf(probing(receives));
    assert.equal(outcome, "rolledBack");
    assert.match(reasons.join("\n"), /metrics-link-envoy.service: no write of a sender was accepted since/);
  });

  it("a receiver without writes before is not probed", async () => {
    receiver.writesBefore = receiver.writes;
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
      targets = before;
      afterwards = { targets: after };
      const { outcome, reasons } = await outcomeOf(probing(scrapes));
      assert.equal(outcome, lost ? "rolledBack" : "converged");
      if (lost) assert.match(reasons.join("\n"), new RegExp(`no target of ${lost} is up; before the release one was`));
    });
  }

  it("a receiver whose Prometheus has just started is probed once a write came", async () => {
    receiver.writesBefore = undefined;
    assert.equal((await outcomeOf(probing(receives))).outcome, "rolledBack");
  });

  it("names the jobs whose next scrape it does not wait for", async () => {
    targets = [target("slow", "up", "10m"), target("quick", "up")];
    afterwards = { targets: [target("slow", "unknown", "10m"), target("quick", "up")] };
    const { outcome, notWaitedFor } = await outcomeOf(probing(scrapes));
    assert.deepEqual([outcome, notWaitedFor], ["converged", ["slow"]]);
  });

  it("waits for a job with an interval of a minute when the deadline allows it", async () => {
    targets = [target("a", "up", "1m")];
    afterwards = { targets: [target("a", "unknown", "1m")] };
    assert.equal((await outcomeOf({ ...probing(scrapes), probeDeadlineSeconds: 90 })).outcome, "rolledBack");
  });

  it("the run after a crash knows what passed before", async () => {
    const release = probing(sends);
    const id = await host.publish(release);
    await host.killedAt(id, ([, verb]) => verb === "daemon-reload");
    // The damage is there when the next run begins; it must not be taken for the normal.
    link = { isUp: (seconds) => seconds < -300 };
    assert.equal((await host.converge(id)).outcome, "rolledBack");
  });
});
