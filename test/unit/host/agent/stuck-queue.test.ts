import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "mocha";
import { convergedHost, type FakeHost, soundRelease } from "./fake-host.ts";
import { metricsPage, type Page } from "./prometheus-page.ts";

const metricsUrl = "http://127.0.0.1:9090/metrics";

describe("agent: a queue that cannot read its WAL", () => {
  let host: FakeHost;
  let pageOf: () => Page;
  let fullSince: number;

  const began = 1000;
  /** As it was seen after a full disk had room again: scraping goes on, and the reader reads the same records every 5 s. */
  const stuck = (): Page => {
    const seconds = host.now / 1000;
    const repeats = Math.floor((seconds - began) / 5);
    return {
      stored: seconds,
      sent: fullSince,
      queued: fullSince,
      pending: 0,
      retried: 0,
      failedWrites: 42,
      appended: 62_000 + 2_200 * seconds,
      requested: 30_599,
      recordsRead: 379 * repeats,
    };
  };

  beforeEach(async () => {
    ({ host } = await convergedHost());
    host.onAsk = (url) => ({ status: 200, body: url === metricsUrl ? metricsPage(pageOf()) : "" });
    fullSince = host.now / 1000 - 40;
    pageOf = () => ({ ...stuck(), queued: host.now / 1000, failedWrites: 0 });
    const services = soundRelease().services.map((service) =>
      service.unit === "metrics-link-prometheus.service"
        ? { ...service, queue: { sha256: "a".repeat(64), metricsUrl, settleSeconds: 15 } }
        : service,
    );
    await host.converge(await host.publish({ ...soundRelease(), services }));
    host.commands.length = 0;
  });
  afterEach(() => host.remove());

  it("makes the agent restart Prometheus at once and report why", async () => {
    pageOf = stuck;
    const { outcome, driftedFiles } = await host.timerRun();
    assert.deepEqual([outcome, host.changes], ["converged", ["restart metrics-link-prometheus.service"]]);
    assert.deepEqual(driftedFiles, ["metrics-link-prometheus.service (could not read its WAL)"]);
  });

  it("is found with a target from the future as well, and when the very first record cannot be read", async () => {
    const future = () => ({ ...stuck(), stored: host.now / 1000 + 540, queued: host.now / 1000 + 540 });
    const silent = () => ({ ...stuck(), recordsRead: 0, queued: fullSince - 150 });
    for (const torn of [future, silent]) {
      host.commands.length = 0;
      pageOf = torn;
      await host.timerRun();
      assert.deepEqual(host.changes, ["restart metrics-link-prometheus.service"]);
    }
  });

  const sound: Record<string, () => Page> = {
    "while the disk is still full: nothing new is stored": () => ({ ...stuck(), stored: fullSince, appended: 0 }),
    "in an outage: what waits was read": () => ({ ...stuck(), pending: 41_200 }),
    "after an outage, while the reader sleeps with an empty queue": () => ({ ...stuck(), recordsRead: 758 }),
    "when no write has failed": () => ({ ...stuck(), failedWrites: 0 }),
    "when it reads again": () => ({ ...stuck(), queued: host.now / 1000 }),
    "when it has read nothing yet": () => ({ ...stuck(), queued: 0 }),
    "while the reader goes on, and the newest sample is from the future": () => {
      const future = host.now / 1000 + 540;
      return { ...stuck(), stored: future, queued: future, requested: Math.round(host.now / 1000) };
    },
  };
  for (const [when, found] of Object.entries(sound)) {
    it(`restarts nothing ${when}`, async () => {
      pageOf = found;
      await host.timerRun();
      assert.deepEqual(host.changes, []);
    });
  }
});
