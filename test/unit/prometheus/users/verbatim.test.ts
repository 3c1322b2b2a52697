import assert from "node:assert/strict";
import { InvalidInputError, valueAt } from "@metrics-link/contract";
import type { ScrapeConfig } from "@metrics-link/prometheus";
import fc from "fast-check";
import { parse } from "yaml";
import { eventually } from "../../../support/eventually.ts";
import { scrapeFilesOf, userFile } from "../examples.ts";
import { frames, lists, scalars } from "./corpus.ts";

const { stringMatching, constantFrom, array, record, boolean } = fc;

import { PrometheusReader } from "./reader.ts";

/** What a user's own Prometheus has: the list below its key. */
const inOwnConfiguration = (list: string) => `scrape_configs:\n${list.replaceAll(/^(?=.)/gm, "  ")}`;

const placed = (text: string) => {
  const [file] = scrapeFilesOf([userFile("scrape/users.yaml", text)]);
  assert.ok(file);
  return file;
};

/** What is put in front of a list, by what stands before it. */
const keys = ["scrape_configs:\n", "\nscrape_configs:", "scrape_configs: "];

/** Whether we take the file; what we refuse on purpose is tested in scrape-files.test.ts. */
function isUsable(text: string): boolean {
  try {
    placed(text);
    return true;
  } catch (error) {
    assert.ok(error instanceof InvalidInputError, String(error));
    return false;
  }
}

/** Fields that Prometheus prints as they were written, without another notation of the same value. */
const verbatim = (job: ScrapeConfig, noReplacement: string) => ({
  job_name: job.job_name,
  static_configs: (job.static_configs ?? [])
    .filter(({ targets }) => targets.length > 0)
    .map(({ targets, labels = {} }) => ({ targets, ...(Object.keys(labels).length > 0 ? { labels } : {}) })),
  params: job.params ?? {},
  metrics_path: job.metrics_path ?? "/metrics",
  scheme: job.scheme ?? "http",
  replacements: listOf(job.relabel_configs).map((one) => valueAt(one, ["replacement"]) ?? noReplacement),
});
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** The jobs that Prometheus printed, every scalar as its text. */
const printedJobs = (printed: string): readonly ScrapeConfig[] =>
  parse(printed, { schema: "failsafe", maxAliasCount: -1 }).scrape_configs ?? [];

describe("a user's scrape file", function () {
  this.timeout(120_000);
  let prometheus: PrometheusReader;
  before(async () => {
    prometheus = await PrometheusReader.start();
  });
  after(() => prometheus.stop());

  /** Prometheus reads the same before and after, and we read what it does. */
  async function specify(list: string, frame: (list: string) => string) {
    const before = await prometheus.read(inOwnConfiguration(list));
    const file = placed(frame(list));
    assert.equal(await prometheus.read(file.content), before);
    // Prometheus prints the default, and leaves out the empty text.
    assert.deepEqual(
      file.jobs.map((job) => verbatim(job, "$1")),
      printedJobs(before).map((job) => verbatim(job, "")),
    );
  }

  it("comes from a corpus of at least 150 shapes", () => assert.ok(Object.keys(lists).length >= 150));

  const all = Object.values(frames);
  for (const [index, [title, list]] of Object.entries(lists).entries()) {
    const frame = all[index % all.length] ?? ((text: string) => text);
    it(`is read as Prometheus reads it: ${title.replaceAll("\n", "↵")}`, () => specify(list, frame));
  }

  it("is read as Prometheus reads it, whatever its scalars are", async () => {
    const plain = stringMatching(/^[\w.+~=<>^$%@!&*?:#,{}[\]|'"\\ é-]{1,12}$/);
    const number = stringMatching(/^[+-]?(0[xob]?)?[\d_]{1,22}(\.\d{0,3})?(e[+-]?\d)?$/);
    const quoted = fc.string({ unit: "binary", maxLength: 8 }).map((text) => JSON.stringify(text));
    const scalar = fc.oneof(plain, number, quoted, constantFrom(...scalars));
    const job = record({
      values: array(scalar, { minLength: 1, maxLength: 4 }),
      flow: boolean(),
      frame: constantFrom(...all),
    });
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(job, async ({ values, flow, frame }) => {
        const labels = values.map((value, index) => [`l${index}`, value]);
        const list = `- job_name: a\n  static_configs:\n  - targets: [10.0.0.1:1]\n    labels:${
          flow
            ? ` {${labels.map(([name, value]) => `${name}: ${value}`).join(", ")}}`
            : labels.map(([name, value]) => `\n        ${name}: ${value}`).join("")
        }\n`;
        const before = await prometheus.read(inOwnConfiguration(list)).catch(() => undefined);
        if (before === undefined || !isUsable(frame(list))) return;
        taken += 1;
        await specify(list, frame);
      }),
      { numRuns: 150 },
    );
    assert.ok(taken > 30, `only ${taken} of 150 were readable`);
  });

  it("is what Prometheus scrapes by, from the file beside its configuration", async () => {
    const text = lists["node exporters by rack"] ?? "";
    prometheus.place("users.yaml", placed(text).content);
    await prometheus.read("scrape_config_files: [users.yaml]\nscrape_configs: [{job_name: ours}]\n");
    const units = await eventually("Prometheus has the targets", async () => {
      const found = (await prometheus.get("targets?state=active")).match(/"unit":"[^"]+"/g) ?? [];
      return found.length > 0 ? [...new Set(found)].sort() : undefined;
    });
    assert.deepEqual(units, ['"unit":"007"', '"unit":"010"']);
  });

  it("keeps every byte, beside the key in front of a list", () => {
    for (const list of Object.values(lists)) {
      for (const frame of all) {
        const text = frame(list);
        const { content } = placed(text);
        if (text.startsWith("scrape_configs:")) assert.equal(content, text);
        else
          assert.ok(
            keys.some((key) => content.replace(key, "") === text && content !== text),
            content,
          );
      }
    }
  });

  for (const [title, frame] of Object.entries(frames)) {
    it(`is read the same with ${title}`, async () => {
      for (const list of [lists["a merge"], lists["node exporters by rack"], lists["comments everywhere"]]) {
        await specify(list ?? "", frame);
      }
    });
  }
});
