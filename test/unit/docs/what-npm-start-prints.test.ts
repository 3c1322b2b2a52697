/** README.md shows what a first `npm start` prints. Nobody reads it again when the code prints something else. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { summaryOf } from "@metrics-link/sandbox/cli/pulumi.ts";
import { describeStatus, type Status } from "@metrics-link/sandbox/cli/status.ts";
import { next } from "../../../scripts/start/index.ts";

const readme = readFileSync(new URL("../../../README.md", import.meta.url), "utf8");

const certificates = Object.entries({ leaf: 29, intermediate: 1826, root: 3652, "peer root": 3652 }).map(
  ([tier, daysLeft]) => ({ tier, daysLeft, file: "", notAfter: "" }),
);

const host = (release: string | null): Status["hosts"][string] => {
  if (release === null) return { state: "running", release, agent: null, certificates: [] };
  const rest = { release, held: null, driftedFiles: [], repeatedDrift: {}, rollbacks: 0, ranAt: "" };
  return { state: "running", release, agent: { outcome: "converged", ...rest }, certificates };
};

const from = (labels: Readonly<Record<string, string>>) => ({ from: labels, alerts: ["Watchdog"] });

const status: Status = {
  hosts: { sender: host("b1d766dc791c"), receiver: host("502c06c1b4b8"), outsider: host(null) },
  link: { state: "up", lagSeconds: 2, endpoint: "198.51.100.10:443" },
  alerts: { sender: [], receiver: [] },
  delivery: {
    received: [from({ account: "111111111111", link_side: "sends" }), from({ link_side: "receives" })],
    missing: [],
  },
  backfill: {
    ...{ watermarkAgeSeconds: 6, windowsPending: 0, done: 1, secondsLeft: 0, lateSeries: [] },
    notCovered: { nativeHistogramSamples: 0, lateSeries: 0 },
  },
  guests: {},
  writers: [],
  samples: {
    ...{ seconds: 10, compared: 22_058, series: 2206, examples: [] },
    ...{ missing: 0, waiting: 0, different: 0, unexpected: 0 },
  },
};

describe("what README.md shows of npm start", () => {
  it("is the status that it prints", () => {
    assert.ok(readme.includes(`\n${describeStatus(status)}\n`), describeStatus(status));
  });

  it("is its last words", () => {
    assert.ok(readme.includes(`\n${next}\n`), next);
  });

  it("is the summary of an update", () => {
    // How many there are is test/program/stacks/what-npm-start-prints.test.ts.
    const [, created = ""] = /^pulumi up -s sender: (\d+) created/m.exec(readme) ?? [];
    const printed = `Resources:\n    + ${created} created\n    5 unchanged\n\nDuration: 2m9s\n`;
    assert.ok(readme.includes(`\npulumi up -s sender: ${summaryOf(printed)} (`), summaryOf(printed));
  });
});
