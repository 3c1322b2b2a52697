import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { parseMetrics } from "@metrics-link/host/common/prometheus.ts";
import type { Label } from "@metrics-link/host/repair/messages.ts";
import { readSeries, type SeriesSpan } from "@metrics-link/host/repair/read.ts";
import { readingOf } from "@metrics-link/host/repair/reading.ts";
import { transfer } from "@metrics-link/host/repair/transfer.ts";
import { deliver, writeTo } from "@metrics-link/host/repair/write.ts";
import type { Sample } from "@metrics-link/host/repair/xor-chunk.ts";
import { receiverFlags, renderReceiver, renderSender, senderFlags } from "@metrics-link/prometheus";
import fc from "fast-check";
import { eventually } from "../../../support/eventually.ts";
import { freePorts } from "../../../support/free-ports.ts";
import { scrapeFile } from "../../prometheus/examples.ts";
import { PrometheusProcess } from "../../prometheus/prometheus-process.ts";

/** Prometheus' mark for a series that has ended (model/value/value.go, StaleNaN). */
const staleMarker = 0x7ff0000000000002n;
const atOnce = async () => {};

const readUrl = ({ url }: PrometheusProcess) => `${url}/api/v1/read`;
const keyOf = (labels: readonly Label[]) => JSON.stringify(labels.map(({ name, value }) => [name, value]));
const named = (labels: readonly Label[], name: string) => labels.find((label) => label.name === name)?.value;

async function all(source: AsyncIterable<SeriesSpan>): Promise<Map<string, Sample[]>> {
  const found = new Map<string, Sample[]>();
  for await (const { labels, samples } of source) {
    const key = keyOf(labels);
    found.set(key, [...(found.get(key) ?? []), ...samples]);
  }
  return found;
}

/** A target whose numbers are awkward; `gone` is there in its first scrape. */
function target(): Promise<Server> {
  let scrapes = 0;
  const server = createServer((_request, response) => {
    scrapes += 1;
    response.setHeader("content-type", "text/plain; version=0.0.4");
    const lines = ["constant 1", "nan NaN", "infinite -Inf", `noise ${Math.random() * 1e9}`, `rising_total ${scrapes}`];
    response.end(`${[...lines, ...(scrapes <= 1 ? ["gone 5"] : [])].join("\n")}\n`);
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

describe("backfill between two real Prometheus", function () {
  this.timeout(60_000);
  let sender: PrometheusProcess;
  let receiver: PrometheusProcess;
  let scraped: Server;
  before(async () => {
    scraped = await target();
    const [one = 0, other = 0] = await freePorts(2);
    const targets = [`127.0.0.1:${(scraped.address() as AddressInfo).port}`];
    const awkward = { job_name: "awkward", static_configs: [{ targets }] };
    [sender, receiver] = await Promise.all([
      PrometheusProcess.start(
        renderSender({
          scrapeInterval: "1s",
          externalLabels: { account: "a", job: "not this one" },
          scrapeFiles: scrapeFile(awkward),
          // To an address that nobody has: all of it waits.
          linked: true,
        }),
        senderFlags({ dataVolumeGiB: 1 }),
        one,
        0,
      ),
      PrometheusProcess.start(
        renderReceiver({ scrapeInterval: "1s", externalLabels: {}, outOfOrderTimeWindow: "2h" }),
        receiverFlags({ dataVolumeGiB: 1 }),
        other,
        0,
      ),
    ]);
  });
  after(async () => {
    await Promise.all([sender?.stop(), receiver?.stop()]);
    scraped?.close();
  });

  const write = () => writeTo(`${receiver.url}/api/v1/write`, {});

  it("reads every float of every chunk bit by bit as it was written", async () => {
    const bits = fc.oneof(
      fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
      fc.constantFrom(staleMarker, 0n, 0x7ff8000000000001n, 0x7ff0000000000000n, 0x8000000000000000n),
      fc
        .integer({ min: 0, max: 1000 })
        .map((whole) => new DataView(Float64Array.of(whole).buffer).getBigUint64(0, true)),
    );
    // Each width that a delta of deltas has, on both of its ends.
    const delta = fc.oneof(
      fc.constantFrom(1000, 1000, 1000, 1001, 9191, 9192, 9193, 66_000, 66_537, 525_287, 525_289),
      fc.integer({ min: 1, max: 20_000 }),
    );
    const begin = Date.now() - 3_600_000;
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(delta, bits), { minLength: 1, maxLength: 150 }), async (steps) => {
        run += 1;
        let time = begin;
        const samples = steps.map(([step, value]) => {
          time += step;
          return { time, bits: value };
        });
        const wanted = samples.filter((sample) => sample.time < begin + 3_600_000);
        const labels = [
          { name: "__name__", value: "property" },
          { name: "run", value: `${run}` },
        ];
        const { refusals } = await deliver(write(), { series: [{ labels, samples: wanted }], samples: wanted.length });
        assert.deepEqual(refusals, []);
        const [first = begin, last = begin] = [wanted[0]?.time, wanted.at(-1)?.time];
        const found = await all(readSeries(readUrl(receiver), { from: first, to: last }));
        assert.deepEqual(found.get(keyOf(labels)), wanted);
        const inner = await all(readSeries(readUrl(receiver), { from: first + 1, to: last - 1 }));
        assert.deepEqual(inner.get(keyOf(labels)) ?? [], wanted.slice(1, -1));
      }),
      { numRuns: 40 },
    );
  });

  it("delivers each sample once, with external labels and exact stale markers, and repeats without harm", async () => {
    const from = Date.now() - 30_000;
    await eventually("the series that goes to be stale", async () => {
      const found = await all(readSeries(readUrl(sender), { from, to: Date.now() }));
      const gone = [...found].find(([key]) => key.includes('"gone"'));
      return gone?.[1].at(-1)?.bits === staleMarker || undefined;
    });
    const to = Date.now() - 100;
    const tally = await transfer(readSeries(readUrl(sender), { from, to }), write(), atOnce);
    const again = await transfer(readSeries(readUrl(sender), { from, to }), write(), atOnce);
    assert.deepEqual(tally.skipped, {});
    assert.deepEqual(again, tally);
    const sent = await all(readSeries(readUrl(sender), { from, to }));
    const received = await all(readSeries(readUrl(receiver), { from, to }));
    assert.ok(sent.size > 100 && tally.series === sent.size, `${sent.size} series, ${tally.series} told`);
    for (const [key, samples] of sent) assert.deepEqual(received.get(key), samples, key);
    for await (const { labels } of readSeries(readUrl(sender), { from, to })) {
      assert.equal(named(labels, "account"), "a");
      // What was scraped has a job of its own; what a rule made may have none.
      if (named(labels, "instance") === undefined) continue;
      assert.notEqual(named(labels, "job"), "not this one", "what a series has itself stays");
    }
    // What the decoder says is what Prometheus itself says.
    const [series] = await sender.query(`rising_total[30s] @ ${to / 1000}`);
    const told = (series as unknown as { values: [number, string][] }).values;
    const rising = [...sent].find(([key]) => key.includes('"rising_total"'))?.[1] ?? [];
    assert.deepEqual(
      rising.slice(-told.length).map(({ time, bits }) => [time / 1000, `${doubleOf(bits)}`]),
      told,
    );
  });

  it("finds every metric that it needs during an outage", async () => {
    const reading = await eventually("a scrape to wait in the queue", async (note) => {
      const page = await (await fetch(`${sender.url}/metrics`)).text();
      const found = readingOf(parseMetrics(page), Date.now(), 0);
      note(found);
      return found && found.pending > 0 && found.retried > 0 ? found : undefined;
    });
    const { newest, stored, leftOut, dropped, attempts, histograms, ruleInterval } = reading;
    assert.deepEqual([leftOut, dropped, histograms], [0, 0, 0]);
    assert.ok(Math.abs(Date.now() - newest) < 5000 && stored > 0 && attempts > 0 && ruleInterval === 1000);
  });

  it("counts samples that are too old for the receiver, and gives up on them", async () => {
    const labels = [{ name: "__name__", value: "ancient" }];
    const time = Date.now() - 3 * 3_600_000;
    const samples = Array.from({ length: 500 }, (_, index) => ({ time: time + index, bits: 0n }));
    let requests = 0;
    const counted: ReturnType<typeof write> = (batch) => {
      requests += 1;
      return write()(batch);
    };
    const told = await deliver(counted, { series: [{ labels, samples }], samples: samples.length });
    assert.deepEqual(
      [told, requests],
      [{ acknowledged: 0, refusals: [{ labels, reason: "too old", samples: 500 }] }, 2],
    );
  });

  it("stores the samples beside a rejected one", async () => {
    const at = Date.now();
    const one = { name: "__name__", value: "twice" };
    const series = (bits: bigint, value: string) => ({
      labels: [one, { name: "part", value }],
      samples: [{ time: at, bits }],
    });
    await deliver(write(), { series: [series(1n, "a")], samples: 1 });
    const told = await deliver(write(), { series: ["b", "a", "c"].map((part) => series(2n, part)), samples: 3 });
    const refusals = [{ labels: series(2n, "a").labels, reason: "another value is stored", samples: 1 }];
    assert.deepEqual(told, { acknowledged: 2, refusals });
  });
});

function doubleOf(bits: bigint): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, bits);
  return view.getFloat64(0);
}
