import assert from "node:assert/strict";
import { type BackfillState, backfillState, describeBackfill } from "@metrics-link/sandbox/cli/backfill.ts";
import { PrometheusApi } from "@metrics-link/sandbox/cli/prometheus-api.ts";

const idle: BackfillState = {
  watermarkAgeSeconds: 4,
  windowsPending: 0,
  done: 1,
  secondsLeft: 0,
  lateSeries: [],
  notCovered: { nativeHistogramSamples: 0, lateSeries: 0 },
};

describe("sandbox: backfill in the status", () => {
  it("tells up to when everything is delivered, the progress, and the time left", () => {
    assert.deepEqual(describeBackfill(idle), ["backfill  nothing to do; everything stored until 4 s ago is delivered"]);
    const busy = { ...idle, watermarkAgeSeconds: 700, windowsPending: 2, done: 0.409, secondsLeft: 11.2 };
    assert.deepEqual(describeBackfill(busy), [
      "backfill  2 windows, 40% done, about 12 s left; everything stored until 700 s ago is delivered",
    ]);
    assert.match(describeBackfill({ ...busy, secondsLeft: null })[0] ?? "", /time left not known/);
    assert.deepEqual(describeBackfill({ ...idle, watermarkAgeSeconds: null }), ["backfill  not known"]);
  });

  it("names late series, and says what is not covered", () => {
    const lateSeries = ["a{}", "b{}", "c{}", "d{}"];
    const lines = describeBackfill({ ...idle, lateSeries, notCovered: { nativeHistogramSamples: 7, lateSeries: 2 } });
    assert.deepEqual(lines.slice(1), [
      "          stored late: a{}, b{}, c{}, …",
      "          not covered: 7 samples of native histograms, which the link does not send",
      "          not covered: 2 late series, too many to be copied",
    ]);
  });

  it("is read from the sender's Prometheus; what is not known is null, and not 0", async () => {
    const nothing = new PrometheusApi("sender", async () =>
      JSON.stringify({ status: "success", data: { result: [] } }),
    );
    assert.deepEqual(await backfillState(nothing, 100), {
      ...{ watermarkAgeSeconds: null, windowsPending: null, done: null, secondsLeft: null, lateSeries: [] },
      notCovered: { nativeHistogramSamples: 0, lateSeries: 0 },
    });
  });
});
