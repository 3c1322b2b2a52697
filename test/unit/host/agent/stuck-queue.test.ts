import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "mocha";
import { convergedHost, type FakeHost, soundRelease } from "./fake-host.ts";
import { answer, metricsPage, type Page } from "./prometheus-page.ts";

const metricsUrl = "http://127.0.0.1:9090/metrics";

describe("agent: a queue that cannot read its WAL", () => {
  let host: FakeHost;
  let page: Page;

  /** As it was seen after a full disk had room again: scraping goes on, and nothing is read. */
  const stuck = (): Page => ({
    stored: host.now / 1000,
    sent: host.now / 1000 - 40,
    queued: host.now / 1000 - 40,
    pending: 0,
    retried: 0,
    failedWrites: 42,
  });

  beforeEach(async () => {
    ({ host } = await convergedHost());
    host.onAsk = (url) => ({ status: 200, body: url === metricsUrl ? metricsPage(page) : "" });
    page = { ...stuck(), queued: host.now / 1000, failedWrites: 0 };
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
    page = stuck();
    const { outcome, driftedFiles } = await host.timerRun();
    assert.deepEqual([outcome, host.changes], ["converged", ["restart metrics-link-prometheus.service"]]);
    assert.deepEqual(driftedFiles, ["metrics-link-prometheus.service (could not read its WAL)"]);
  });

  for (const [what, still] of [
    ["restarts Prometheus", true],
    ["restarts nothing while the reader goes on", false],
  ] as const) {
    it(`${what} when the newest sample is from the future`, async () => {
      const { onAsk } = host;
      host.onAsk = (url) =>
        url.includes("/query") ? { status: 200, body: answer(still ? 0 : undefined) } : onAsk(url);
      const future = host.now / 1000 + 540;
      page = { ...stuck(), stored: future, sent: future, queued: future };
      await host.timerRun();
      assert.equal(host.changes.length, still ? 1 : 0);
    });
  }

  const sound: Record<string, () => Page> = {
    "while the disk is still full: nothing new is stored": () => ({ ...stuck(), stored: host.now / 1000 - 40 }),
    "in an outage: what waits was read": () => ({ ...stuck(), pending: 41_200 }),
    "when no write has failed": () => ({ ...stuck(), failedWrites: 0 }),
    "when it reads again": () => ({ ...stuck(), queued: host.now / 1000 }),
    "when it has read nothing yet": () => ({ ...stuck(), queued: 0 }),
  };
  for (const [when, found] of Object.entries(sound)) {
    it(`restarts nothing ${when}`, async () => {
      page = found();
      await host.timerRun();
      assert.deepEqual(host.changes, []);
    });
  }
});
