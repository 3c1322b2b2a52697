import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { UsageError } from "@metrics-link/contract";
import { callOf } from "@metrics-link/host/repair/command-line.ts";

const now = Date.parse("2026-02-01T00:00:00Z");
const right = { settings: "s.json", from: "2026-01-31T12:00:00Z", to: "2026-01-31T13:00:00Z", rate: "1000" };
const argv = (values: Readonly<Record<string, string>>) =>
  Object.entries({ ...right, ...values }).map(([name, value]) => `--${name}=${value}`);
const window = (values: Readonly<Record<string, string>>) => callOf(["window", ...argv(values)], now);

describe("a call of the repairer", () => {
  it("has instants with a zone or in seconds, and a rate", () => {
    const [from, to] = [Date.parse(right.from), Date.parse(right.to)];
    const call = { command: "window", settings: "s.json", from, to, samplesPerSecond: 1000 };
    assert.deepEqual(window({}), call);
    assert.deepEqual(window({ from: "2026-01-31T13:00:00+01:00", to: "2026-01-31T13:00:00.000Z" }), call);
    assert.deepEqual(window({ from: `${from / 1000}`, to: `${to / 1000}.000` }), call);
    assert.deepEqual(callOf(["watch", "--settings", "a", "--state", "b", "--metrics", "c"], now), {
      command: "watch",
      settings: "a",
      state: "b",
      metrics: "c",
    });
  });

  for (const rate of ["abc", "0", "-5", "1.5", "1e3", "", "9".repeat(400)])
    it(`has no rate of ${rate.slice(0, 20) || "nothing"}`, () =>
      assert.throws(
        () => window({ rate }),
        ({ message }: Error) =>
          message.startsWith(`--rate is ${rate === "" ? "missing" : JSON.stringify(rate).slice(0, 50)}`) &&
          message.endsWith(": a whole number of samples a second from 1 is expected"),
      ));

  for (const from of [
    ...["sample 5", "01.02.2026", "2026-01-31", "2026-01-31T12", "2026-01-31T12:00:00", "2026-02-31T12:00:00Z"],
    ...["1769860800000", "2026", "-1", "now", "", " 2026-01-31T12:00:00Z"],
  ])
    it(`does not begin at ${from || "nothing"}`, () =>
      assert.throws(() => window({ from }), /^UsageError: --from is .*: an instant of ISO 8601 with a zone/));

  it("ends after it begins, and begins before now", () => {
    for (const to of [right.from, "2026-01-31T11:59:59Z"])
      assert.throws(() => window({ to }), /--to is ".*": an instant after --from \(2026-01-31T12:00:00Z\) is expected/);
    const future = { from: "2026-02-01T00:00:00Z", to: "2026-02-02T00:00:00Z" };
    assert.throws(() => window(future), /--from is "2026-02-01T00:00:00Z": an instant that is over is expected/);
  });

  it("is told all that is wrong in it", () => {
    assert.throws(
      () => callOf(["window", "--from=x", "--rate=0"], now),
      ({ message }: Error) => {
        const found = message.split("\n").map((line) => line.split(":")[0]);
        assert.deepEqual(found, ["--settings is missing", '--from is "x"', "--to is missing", '--rate is "0"']);
        return true;
      },
    );
    for (const wrong of [[], ["windows"], ["watch", "now"], ["window", "--until=x"], ["window", "--rate", "-5"]])
      assert.throws(() => callOf(wrong, now), UsageError);
  });

  it("ends with 2 when it is wrong, before anything is read", async () => {
    const main = fileURLToPath(new URL("../../../../packages/host/repair/main.ts", import.meta.url));
    const words = [main, "window", ...argv({ rate: "abc", settings: "/no/such/file" })];
    const { code, stderr } = await new Promise<{ code: unknown; stderr: string }>((resolve) =>
      execFile(process.execPath, words, (error, _stdout, stderr) => resolve({ code: error?.code, stderr })),
    );
    assert.equal(code, 2, stderr);
    assert.match(stderr, /^error: --rate is "abc": a whole number .* is expected$/m);
  });
});
