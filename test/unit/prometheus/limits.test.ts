import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { receiverFlags, renderReceiver, type ScrapeConfig } from "@metrics-link/prometheus";
import { eventually } from "../../support/eventually.ts";
import { freePorts } from "../../support/free-ports.ts";
import { scrapeFile } from "./examples.ts";
import { PrometheusProcess } from "./prometheus-process.ts";

const series = (count: number, ending = "") =>
  Array.from({ length: count }, (_, index) => `a_series{number="${index}"${ending}} 1\n`).join("");
const pages: Readonly<Record<string, () => string>> = {
  modest: () => series(2_000),
  samples: () => series(50_001),
  body: () => `# HELP a_series ${"x".repeat(20 * 2 ** 20)}\n${series(1)}`,
  labels: () => `a_series{${Array.from({ length: 64 }, (_, index) => `l${index}="x"`).join(",")}} 1\n`,
  value: () => series(1, `,long="${"x".repeat(2_049)}"`),
  allowed: () => series(50_001),
};

describe("a target that exceeds a scrape limit", function () {
  this.timeout(60_000);
  let targets: Server;
  let prometheus: PrometheusProcess;

  before(async () => {
    targets = createServer(({ url = "" }, answer) => {
      answer.setHeader("content-type", "text/plain; version=0.0.4");
      answer.end(pages[url.slice(1)]?.());
    });
    await new Promise<void>((done) => targets.listen(0, "127.0.0.1", done));
    const { port: target } = targets.address() as AddressInfo;
    const job = (name: string, more: object = {}): ScrapeConfig => ({
      job_name: name,
      metrics_path: `/${name}`,
      static_configs: [{ targets: [`127.0.0.1:${target}`] }],
      ...more,
    });
    const jobs = Object.keys(pages).map((name) => job(name, name === "allowed" ? { sample_limit: 60_000 } : {}));
    const many = Array.from({ length: 501 }, (_, index) => `127.0.0.1:${20_000 + index}`);
    const input = {
      scrapeInterval: "1s",
      externalLabels: {},
      outOfOrderTimeWindow: "2h",
      scrapeFiles: scrapeFile(...jobs, job("targets", { static_configs: [{ targets: many }] })),
    };
    const [port = 0] = await freePorts(1);
    prometheus = await PrometheusProcess.start(renderReceiver(input), receiverFlags({ dataVolumeGiB: 1 }), port, 0);
  });
  after(async () => {
    await prometheus?.stop();
    targets?.close();
  });

  const valueFor = async (expression: string) => (await prometheus.query(expression))[0]?.value[1];

  for (const [job, counter] of [
    ["samples", "prometheus_target_scrapes_exceeded_sample_limit_total"],
    ["body", "prometheus_target_scrapes_exceeded_body_size_limit_total"],
    ["labels", "prometheus_target_scrape_pool_exceeded_label_limits_total"],
    ["value", "prometheus_target_scrape_pool_exceeded_label_limits_total"],
  ] as const) {
    it(`is rejected as a whole and counted: ${job}`, async () => {
      await eventually(
        `${job} to be refused`,
        async (note) => {
          const found = [await valueFor(`up{job="${job}"}`), await valueFor(`${counter} > 0`)];
          note(found);
          return found[0] === "0" && found[1] !== undefined ? true : undefined;
        },
        30_000,
      );
      assert.equal(await valueFor(`count({__name__="a_series",job="${job}"})`), undefined);
    });
  }

  it("is not scraped at all if its job has too many targets", async () => {
    await eventually(
      "the job to be counted",
      async () => await valueFor("prometheus_target_scrape_pool_exceeded_target_limit_total > 0"),
      30_000,
    );
  });

  it("is scraped if its own job allows it, like one within the limits", async () => {
    for (const [job, count] of [
      ["allowed", "50001"],
      ["modest", "2000"],
    ]) {
      await eventually(
        `${job} to be scraped`,
        async () => ((await valueFor(`count(a_series{job="${job}"})`)) === count ? true : undefined),
        30_000,
      );
    }
  });

  it("leaves the host's own jobs far below the limits", async () => {
    await eventually("a scrape of itself", () => valueFor('scrape_samples_scraped{job="prometheus"} > 100'), 30_000);
    assert.ok(Number(await valueFor('scrape_samples_scraped{job="prometheus"}')) < 5_000);
  });
});
