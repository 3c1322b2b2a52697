import assert from "node:assert/strict";
import type { Effects } from "@metrics-link/host/agent/effects.ts";
import { queueAtStake, unsent } from "@metrics-link/host/agent/queue.ts";
import { parseRelease, type Release } from "@metrics-link/release";
import { describe, it } from "mocha";
import { soundRelease } from "./fake-host.ts";
import { metricsPage, type Page } from "./prometheus-page.ts";

const metricsUrl = "http://127.0.0.1:9090/metrics";
const queue = (letter: string) => ({ sha256: letter.repeat(64), metricsUrl, settleSeconds: 15 });

/** A release whose Prometheus has this queue, or none. */
function releaseWith(letter?: string): Release {
  const sound = soundRelease();
  const services = sound.services.map((service) =>
    service.unit === "metrics-link-prometheus.service" && letter ? { ...service, queue: queue(letter) } : service,
  );
  return parseRelease({ ...sound, services });
}

const prometheusOf = ({ services }: Release) =>
  services.find(({ unit }) => unit === "metrics-link-prometheus.service") as never;

describe("agent: the queue that a change would drop", () => {
  const cases = [
    { what: "a restart drops the queue that runs", action: "restart", served: ["a"], wanted: "a", at: "a" },
    { what: "a reload with the same queue keeps it", action: "reload", served: ["a"], wanted: "a", at: undefined },
    { what: "a reload with another queue drops the old one", action: "reload", served: ["a"], wanted: "b", at: "a" },
    { what: "a reload without a queue drops the old one", action: "reload", served: ["a"], wanted: undefined, at: "a" },
    { what: "the first queue drops nothing", action: "reload", served: [undefined], wanted: "a", at: undefined },
    { what: "a receiver has none", action: "restart", served: [undefined], wanted: undefined, at: undefined },
    { what: "of two that may run, one is enough", action: "reload", served: ["b", "a"], wanted: "b", at: "a" },
    { what: "no action drops nothing", action: undefined, served: ["a"], wanted: "b", at: undefined },
  ] as const;
  for (const { what, action, served, wanted, at } of cases) {
    it(what, () => {
      const found = queueAtStake(prometheusOf(releaseWith(wanted)), action, served.map(releaseWith));
      assert.equal(found?.sha256, at?.repeat(64));
    });
  }

  it("an unknown release may have had the wanted queue", () => {
    assert.ok(queueAtStake(prometheusOf(releaseWith("a")), "restart", [undefined]));
  });
});

describe("agent: the backlog of a queue", () => {
  const start = 1_000_000;

  /** Plays one page after the other, the last one for ever; each look takes a moment. */
  async function look(...pages: readonly (Page | Error)[]) {
    let now = start * 1000;
    let asked = 0;
    const effects = {
      now: () => now,
      sleep: async (milliseconds: number) => {
        now += milliseconds;
      },
      ask: async () => {
        const page = pages[Math.min(asked, pages.length - 1)];
        asked += 1;
        if (page instanceof Error) throw page;
        return { status: 200, body: metricsPage(page as Page) };
      },
    } as unknown as Effects;
    const reason = await unsent(effects, queue("a"));
    return { reason, asked, seconds: now / 1000 - start };
  }
  const healthy = { sent: start, stored: start, pending: 0, retried: 0 };

  it("is nothing for an empty queue that has sent everything stored", async () => {
    assert.deepEqual(await look(healthy), { reason: undefined, asked: 1, seconds: 0 });
  });

  it("is nothing without a queue", async () => {
    assert.equal((await look({ stored: start })).reason, undefined);
  });

  it("is awaited while a busy queue sends what was stored at the first look", async () => {
    const busy = { ...healthy, sent: start - 3, pending: 900 };
    const result = await look(busy, { ...busy, sent: start }, { ...busy, sent: start + 1, stored: start + 2 });
    assert.deepEqual([result.reason, result.asked], [undefined, 3]);
  });

  it("is reported at once in a long outage", async () => {
    const down = { ...healthy, sent: start - 60, pending: 41_200 };
    const reason = "41200 samples are pending in the queue; the newest acknowledged one is 60 s old";
    assert.deepEqual(await look(down), { reason, asked: 1, seconds: 0 });
  });

  /** A target told a time that is nine minutes ahead, and that sample was acknowledged. */
  const ahead = { ...healthy, sent: start + 540, stored: start + 540, capacity: 10_000, recordsRead: 70 };

  it("is nothing for an empty queue whose reader goes on, while the newest sample is from the future", async () => {
    const { reason, asked } = await look(ahead, ahead, { ...ahead, recordsRead: 71 });
    assert.deepEqual([reason, asked], [undefined, 3]);
  });

  it("names the time that a target told", async () => {
    const { reason } = await look({ ...ahead, pending: 100 });
    assert.equal(reason, "100 samples are pending in the queue; a target told a time 525 s ahead of this host's clock");
  });

  const lasting: Record<string, readonly (Page | Error)[]> = {
    "an outage that has just begun": [{ ...healthy, sent: start - 2, pending: 100 }],
    "a sample from the future, sent before the outage, hides nothing": [
      { ...healthy, sent: start + 600, stored: start + 600, pending: 100 },
    ],
    "a reader that sleeps before a backlog, while the newest sample is from the future": [
      { ...ahead, pending: 13_999, recordsRead: 70 },
      { ...ahead, pending: 0, recordsRead: 70 },
    ],
    "a reader that woke and found the queue full again, while the newest sample is from the future": [
      { ...ahead, pending: 0, recordsRead: 70 },
      { ...ahead, pending: 13_999, recordsRead: 90 },
      { ...ahead, pending: 0, recordsRead: 90 },
    ],
    "a queue that retries, whatever one of its shards has sent": [
      { ...healthy, sent: start - 2, pending: 100 },
      { ...healthy, sent: start + 3, pending: 100, retried: 2000 },
    ],
    "a reader of the WAL that is a segment behind": [{ ...healthy, segment: 8, read: 7 }],
    "a Prometheus that does not answer": [new Error("it does not answer")],
    "a metric that has vanished": [{ sent: start, pending: 0, retried: 0 }],
  };
  for (const [what, pages] of Object.entries(lasting)) {
    it(`is reported: ${what}`, async () => {
      const { reason, seconds } = await look(...pages);
      assert.notEqual(reason, undefined);
      assert.ok(seconds >= 15 && seconds < 16, `${seconds} s`);
    });
  }

  it("is awaited across a restart of Prometheus", async () => {
    const behind = { ...healthy, sent: start - 3, pending: 900 };
    const { reason } = await look(behind, new Error("connection refused"), { ...healthy, sent: start + 1 });
    assert.equal(reason, undefined);
  });
});
