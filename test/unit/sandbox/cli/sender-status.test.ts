import assert from "node:assert/strict";
import { describeSender, describeWriters, type SenderStatus } from "@metrics-link/sandbox/cli/sender-status.ts";

const status: SenderStatus = {
  link: { state: "up", lagSeconds: 2 },
  backfill: {
    ...{ watermarkAgeSeconds: 6, windowsPending: 0, done: 1, secondsLeft: 0, lateSeries: ["one"] },
    notCovered: { nativeHistogramSamples: 0, lateSeries: 0 },
  },
  samples: {
    ...{ seconds: 10, compared: 20, series: 2, examples: ["missing: 1 sample of up"] },
    ...{ missing: 1, waiting: 0, different: 0, unexpected: 0 },
  },
};

describe("what the status of a sandbox says of a sender", () => {
  it("has no name while there is one", () => {
    const { link, backfill, samples } = describeSender(status, { endpoint: "198.51.100.10:443" });
    assert.equal(link, "link      up, newest acknowledged sample 2 s old, endpoint 198.51.100.10:443");
    assert.equal(backfill[0], "backfill  nothing to do; everything stored until 6 s ago is delivered");
    assert.match(samples[0] ?? "", /^samples {3}last 10 s: 20 samples of 2 series compared, 1 missing/);
  });

  it("has its name where there are several, in the lines that say what it is", () => {
    const { link, backfill, samples } = describeSender(status, { name: "sender-c" });
    assert.equal(link, "link      sender-c: up, newest acknowledged sample 2 s old");
    assert.deepEqual(backfill, [
      "backfill  sender-c: nothing to do; everything stored until 6 s ago is delivered",
      "          stored late: one",
    ]);
    assert.match(samples[0] ?? "", /^samples {3}sender-c: last 10 s: /);
    assert.deepEqual(samples.slice(1), ["          missing: 1 sample of up"]);
    const unknown = describeSender({ ...status, backfill: null }, { name: "sender-c" });
    assert.deepEqual(unknown.backfill, ["backfill  sender-c: not known"]);
  });

  it("says so if nothing was compared: no sample missing of none is no proof", () => {
    const none = { ...status.samples, compared: 0, missing: 0, examples: [] };
    const { samples } = describeSender({ ...status, samples: none }, {});
    assert.deepEqual(samples, ["samples   NOT COMPARED YET: the receiver has none of this time"]);
  });

  it("says who writes how much, with which labels", () => {
    const labels = { account: "444444444444" };
    assert.deepEqual(
      describeWriters([{ sender: "sender-c", name: "account-c", labels, series: 5000, samplesPerSecond: 4999.6 }]),
      ['writes    sender-c (account-c): 5000 samples a second, 5000 series with {account="444444444444"}'],
    );
  });
});
