import assert from "node:assert/strict";
import { jobsOf, latenessOf, renderSender } from "@metrics-link/prometheus";
import { scrapeFile } from "./examples.ts";

const of = (
  scrapeInterval: string,
  jobs: readonly { readonly scrape_interval?: string; readonly scrape_timeout?: string }[],
) => {
  const scrapeFiles = scrapeFile(...jobs.map((job, index) => ({ job_name: `job ${index}`, ...job })));
  const rendering = renderSender({ scrapeInterval, externalLabels: { account: "a" }, linked: true, scrapeFiles });
  return latenessOf(rendering.configuration, jobsOf(rendering));
};

describe("lateness of samples", () => {
  it("follows the intervals and timeouts in force: of the stack, and of each job", () => {
    assert.deepEqual(of("1s", []), { lateSeconds: 3, intervalSeconds: 1, externalLabels: { account: "a" } });
    assert.deepEqual(of("15s", []), { lateSeconds: 17, intervalSeconds: 15, externalLabels: { account: "a" } });
    assert.deepEqual(of("15s", [{ scrape_interval: "2m", scrape_timeout: "50s" }, { scrape_interval: "5s" }]), {
      lateSeconds: 52,
      intervalSeconds: 120,
      externalLabels: { account: "a" },
    });
  });
});
