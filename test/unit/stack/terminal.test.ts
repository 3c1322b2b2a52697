import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { audit, summary as auditSummary } from "@metrics-link/audit";
import { InvalidInputError, printable, printableJson, printableLines, UsageError } from "@metrics-link/contract";
import type { View } from "@metrics-link/pki/rotation/view.ts";
import { renderText } from "@metrics-link/review";
import { streamReport } from "@metrics-link/sandbox/cli/report.ts";
import { describeStatus, type Status } from "@metrics-link/sandbox/cli/status.ts";
import fc from "fast-check";
import { describeView } from "../../../scripts/rotate/status.ts";
import { complain, say, settle } from "../../../scripts/stack/command-line.ts";
import { healthy } from "../audit/support/healthy.ts";
import { quiet, step, summary, urn, verdictOn, violation } from "../review/support.ts";

/** Clears the screen, moves the cursor up, sets the title, colours by C1, turns the line round, hides, begins a line. */
const poison =
  "\u001b[2J\u001b[1A\u001b]0;title\u0007\u009b31m\u202e\u2066\u200b\u00ad\u3164\ufe0f\u{e0101}\u2028\r\nfine: nothing to see";
const acted = /[^\P{Cc}\n]|[\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;
const repository = join(import.meta.dirname, "..", "..", "..");

/** Nothing in it acts on a terminal, and what the poison says begins no line. */
function assertHarmless(shown: string): void {
  assert.ok(shown.includes("title"), `the poison is not in it: ${shown}`);
  assert.doesNotMatch(shown, acted);
  assert.doesNotMatch(shown, /^fine: nothing to see/m);
}

/** What is printed on stdout and stderr meanwhile. */
async function printed(run: () => unknown): Promise<string> {
  const { log, error } = console;
  const lines: string[] = [];
  console.log = (line: string) => void lines.push(line);
  console.error = (line: string) => void lines.push(line);
  try {
    await run();
  } finally {
    Object.assign(console, { log, error });
  }
  return lines.join("\n");
}

describe("text from a peer, a host or a pull request, on a terminal", () => {
  it("is escaped if invisible, and otherwise unchanged", () => {
    assert.doesNotMatch(printable(poison), acted);
    assert.equal(printable("\u001b\u009b\u202e"), "\\u{1b}\\u{9b}\\u{202e}");
    const seen = 'Ängström, 東京, metrics_link{a="b"} — ok 👍';
    assert.equal(printable(seen), seen);
    assert.equal(printableLines("a\nb\tc"), "a\nb\\u{9}c");
  });

  it("has the same value in JSON", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(undefined, 2), (value, indent) => {
        const text = printableJson({ value, poison }, indent);
        assert.doesNotMatch(text, acted);
        assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify({ value, poison })));
      }),
    );
  });

  it("is escaped in rotate -- status", () => {
    const generations = { root: 1, otherRoots: [], intermediate: 1, leaf: 1, identity: 1 };
    const trust = { rootFingerprints: [poison], dnsName: poison, addresses: [poison] };
    const peer = { stack: poison, pins: trust, suspended: undefined, offers: trust, trustsUs: trust, trusted: trust };
    const unreadable = { ...peer, offers: undefined, unreadable: poison };
    const inForce = { stack: poison, root: "trial", generations, roots: { 1: poison }, intermediates: {} } as const;
    const view: View = {
      ...{ stack: poison, root: "trial", dnsName: poison, generations, inForce, peers: [peer, unreadable] },
      artifacts: { roots: {}, intermediates: [] },
    };
    assertHarmless(describeView(view, { turn: "peer", why: poison, peers: [poison] }, 0));
  });

  it("is escaped in the last lines of an audit", () => {
    const evidence = healthy();
    const stacks = evidence.stacks.map((stack) => ({
      ...stack,
      host: { error: poison },
      changes: { value: [{ operation: poison, resource: poison }] },
    }));
    assertHarmless(auditSummary(audit({ ...evidence, stacks })));
  });

  it("is escaped in a review as text", () => {
    const lines = [
      ...quiet,
      step("delete", urn("aws:ec2/eip:Eip", poison), { old: {} }),
      violation("small-hosts", poison, urn("aws:ec2/eip:Eip", poison)),
      summary("failed"),
    ];
    const deviations = [{ policy: "typo", reason: poison, until: "2020-01-01" }];
    assertHarmless(renderText(verdictOn(lines, { deviations })));
  });

  it("is escaped in the status of a sandbox", () => {
    const agent = {
      ...{ outcome: poison, release: poison, driftedFiles: [poison], repeatedDrift: { [poison]: 2 }, rollbacks: 1 },
      ...{ held: [{ unit: poison, action: poison, since: poison, reason: poison }], ranAt: poison },
    };
    const host = { state: poison, release: poison, agent, certificates: [] };
    const samples = { ...{ compared: 0, missing: 0, waiting: 0, different: 0, unexpected: 0, series: 0 }, seconds: 1 };
    const status: Status = {
      ...{ alerts: {}, delivery: { error: poison }, hosts: { [poison]: host } },
      link: { state: poison as "up", lagSeconds: null, endpoint: poison },
      backfill: {
        ...{ watermarkAgeSeconds: 3, windowsPending: 1, done: 0.5, secondsLeft: 9, lateSeries: [poison] },
        notCovered: { nativeHistogramSamples: 1, lateSeries: 1 },
      },
      samples: { ...samples, examples: [poison], error: poison },
      guests: {},
      writers: [{ ...{ sender: "sender", name: poison, series: 1, samplesPerSecond: 1 }, labels: { account: poison } }],
    };
    assertHarmless(describeStatus(status));
  });

  it("is escaped in the progress of a command", async () => {
    const stream = new PassThrough();
    const report = streamReport(stream as unknown as NodeJS.WriteStream);
    report.say(printable(poison));
    await report.step(printable(poison), async (progress) => progress(poison.replace("\n", "")));
    stream.end();
    assertHarmless(String(stream.read()));
  });

  it("is escaped in a command's output, warnings and errors", async () => {
    const problems = [{ key: poison, value: poison, remedy: "another" }];
    const failing = [new InvalidInputError("It cannot be used", problems), new UsageError(printable(poison))];
    for (const error of failing) assertHarmless(await printed(() => settle("usage", () => Promise.reject(error))));
    const oneLine = poison.replace("\n", "");
    assertHarmless(await printed(() => [say(oneLine), complain(oneLine)]));
  });

  it("passes only through these functions: no command writes to a terminal in another way", () => {
    const known: Readonly<Record<string, readonly string[]>> = {
      "scripts/stack/command-line.ts": ["console.log(printableLines(text))", "console.error(printableLines(text))"],
      "scripts/review/index.ts": ["process.stdout.write(printableLines(render(verdict)))"],
      "scripts/ceremony/passphrase.ts": ['"Passphrase of the medium: "', '"\\n"'],
      // Words of our own, the repository's tests and checks, and figures.
      "scripts/test/index.ts": [
        "results.push(await run(suite",
        '"=== checks ==="',
        "left out, to be run",
        "summaryOf(results)",
      ],
      "scripts/bench/figures.ts": ["what.padEnd(58)"],
      "scripts/bench/fleet-review.ts": ["JSON.stringify(await run(senders))"],
      "scripts/bench/fleet-program.ts": ["JSON.stringify(await run(senders, leaf))"],
      // As by ssh: what the command on the host writes, byte for byte.
      "scripts/sandbox/commands.ts": ["process.stdout.write(stdout)", "process.stderr.write(stderr)"],
    };
    const strangers = ["scripts", "packages/sandbox/cli"].flatMap((folder) =>
      readdirSync(join(repository, folder), { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith(".ts"))
        .flatMap((name) => {
          const file = `${folder}/${name}`;
          const lines = readFileSync(join(repository, file), "utf8").split("\n");
          return lines
            .filter((line) => /\bconsole\.\w+\(|process\.std(out|err)\.write\(/.test(line))
            .filter((line) => !(known[file] ?? []).some((one) => line.includes(one)))
            .map((line) => `${file}: ${line.trim()}`);
        }),
    );
    assert.deepEqual(strangers, []);
  });
});
