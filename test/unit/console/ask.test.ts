import assert from "node:assert/strict";
import { read } from "@metrics-link/console";
import { expressions } from "@metrics-link/prometheus/dashboards/index.ts";
import { fake, now } from "./fake.ts";

/** What a console asks of a Prometheus whose hosts scrape so often. */
async function asked(interval: string, minutes: number) {
  const questions: Readonly<Record<string, string>>[] = [];
  const series = { prometheus_target_interval_length_seconds_count: [{ labels: { interval }, value: 1 }] };
  const ask = fake({ series });
  const receiver: typeof ask = (path, parameters) => {
    questions.push({ path, ...parameters });
    return ask(path, parameters);
  };
  await read({ receiver }, now, minutes);
  return questions.filter(({ path }) => path === "query_range");
}

describe("the queries of a console", () => {
  it("are the dashboard's own, with a window for rates that fits scrapes and steps", async () => {
    const own = (window: string) => expressions().map((expression) => expression.replaceAll("[5m]", `[${window}]`));
    const queries = async (interval: string, minutes: number) =>
      (await asked(interval, minutes)).map(({ query }) => query);
    assert.deepEqual((await queries("1s", 30)).toSorted(), own("60s").toSorted());
    assert.deepEqual((await queries("30s", 30)).toSorted(), own("120s").toSorted());
    assert.deepEqual((await queries("15s", 24 * 60)).toSorted(), own("495s").toSorted());
  });

  it("ignore values older than three scrapes", async () => {
    const lookbacks = async (interval: string) => new Set((await asked(interval, 30)).map((one) => one.lookback_delta));
    assert.deepEqual(await lookbacks("1s"), new Set(["15s"]));
    assert.deepEqual(await lookbacks("30s"), new Set(["90s"]));
  });

  it("end at the present, in whole steps", async () => {
    for (const minutes of [1, 30, 7 * 24 * 60]) {
      for (const { start, end, step } of await asked("15s", minutes)) {
        assert.equal(Number(end), now);
        assert.equal((now - Number(start)) % Number(step), 0);
      }
    }
  });
});
