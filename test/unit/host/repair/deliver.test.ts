import assert from "node:assert/strict";
import { hasCode } from "@metrics-link/contract";
import type { TimeSeries } from "@metrics-link/host/repair/messages.ts";
import { framesOf } from "@metrics-link/host/repair/read.ts";
import { pace } from "@metrics-link/host/repair/transfer.ts";
import { type Batch, batches, deliver, Unavailable, type Write } from "@metrics-link/host/repair/write.ts";
import fc from "fast-check";

const series = fc
  .array(fc.array(fc.boolean(), { minLength: 1, maxLength: 40 }), { minLength: 1, maxLength: 30 })
  .map((all) =>
    all.map(
      (samples, part): TimeSeries => ({
        labels: [{ name: "part", value: `${part}` }],
        // What may not be stored is odd.
        samples: samples.map((bad, index) => ({ time: index * 1000 + part, bits: bad ? 1n : 0n })),
      }),
    ),
  );
const batchOf = (all: readonly TimeSeries[]): Batch => ({
  series: all,
  samples: all.reduce((total, { samples }) => total + samples.length, 0),
});
const idsOf = ({ series: all }: Batch) =>
  all.flatMap(({ labels, samples }) => samples.map(({ time }) => `${labels[0]?.value} ${time}`));
async function* each<Item>(items: readonly Item[]) {
  yield* items;
}

describe("a batch", () => {
  it("contains every sample once, and is never too large", async () => {
    await fc.assert(
      fc.asyncProperty(series, fc.integer({ min: 1, max: 200 }), async (all, times) => {
        const source = Array.from({ length: times }, () => all).flat();
        const packed: Batch[] = [];
        for await (const batch of batches(each(source))) packed.push(batch);
        assert.deepEqual(packed.flatMap(idsOf), idsOf(batchOf(source)));
        for (const batch of packed) assert.ok(batch.samples === idsOf(batch).length && batch.samples <= 2000);
      }),
      { numRuns: 20 },
    );
  });

  it("loses only the samples that the receiver rejects", async () => {
    await fc.assert(
      fc.asyncProperty(series, async (all) => {
        const stored = new Set<string>();
        const write: Write = async (batch) => {
          const bad = batch.series.some(({ samples }) => samples.some(({ bits }) => bits === 1n));
          if (!bad) for (const id of idsOf(batch)) stored.add(id);
          return bad ? { status: 400, text: "out of bounds" } : { status: 204, text: "" };
        };
        const batch = batchOf(all);
        const { acknowledged, refused } = await deliver(write, batch);
        const good = all.map((one) => ({ ...one, samples: one.samples.filter(({ bits }) => bits === 0n) }));
        assert.deepEqual([...stored].toSorted(), idsOf(batchOf(good)).toSorted());
        assert.equal(acknowledged, stored.size);
        assert.equal(refused["out of bounds"] ?? 0, batch.samples - acknowledged);
      }),
    );
  });

  it("is kept when the answer is not about its samples", async () => {
    const batch = batchOf([{ labels: [], samples: [{ time: 1, bits: 0n }] }]);
    for (const status of [404, 405, 403, 408, 429, 500, 503, 504, 302]) {
      await assert.rejects(
        deliver(async () => ({ status, text: "" }), batch),
        (error) => error instanceof Unavailable && hasCode(error, "LINK_UNAVAILABLE"),
        `${status}`,
      );
    }
    await assert.rejects(
      deliver(() => Promise.reject(new Error("ECONNREFUSED")), batch),
      Unavailable,
    );
  });
});

describe("a frame", () => {
  /** "123456789" has the CRC-32C e3069283 (RFC 3720, appendix B.4, and others). */
  const frame = Buffer.concat([Buffer.from([9, 0xe3, 0x06, 0x92, 0x83]), Buffer.from("123456789")]);
  const read = async (pieces: Uint8Array[]) => {
    const found: string[] = [];
    for await (const data of framesOf(each(pieces))) found.push(Buffer.from(data).toString());
    return found;
  };

  it("is read however the stream is split", async () => {
    const stream = Buffer.concat([frame, frame, frame]);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(stream.length)), async (cuts) => {
        const ends = [0, ...cuts.toSorted((a, b) => a - b), stream.length];
        const pieces = ends.slice(1).map((end, index) => stream.subarray(ends[index], end));
        assert.deepEqual(await read(pieces), ["123456789", "123456789", "123456789"]);
      }),
    );
  });

  it("is refused when it is truncated, corrupt, or no frame", async () => {
    await assert.rejects(read([frame, frame.subarray(0, -1)]), {
      code: "REMOTE_READ_INVALID",
      message: /ends within a frame, after 13 of its bytes/,
    });
    await assert.rejects(read([Buffer.concat([frame.subarray(0, -1), Buffer.from("8")])]), {
      code: "REMOTE_READ_INVALID",
      message: /does not match its CRC-32C/,
    });
    await assert.rejects(read([Buffer.from("\xff\xff\xff\xff\xff", "latin1")]), {
      code: "REMOTE_READ_INVALID",
      message: /a frame claims/,
    });
    await assert.rejects(read([Buffer.from("\xff\xff\xff\x7f", "latin1")]), {
      code: "REMOTE_READ_INVALID",
      message: /a frame claims 268435455 bytes/,
    });
  });
});

describe("the rate limit of backfill", () => {
  it("applies to any batches, follows the live traffic, and saves nothing up", async () => {
    let [clock, rate] = [0, 1000];
    const allowance = pace(
      () => rate,
      () => clock,
      async (milliseconds) => {
        clock += milliseconds;
      },
    );
    await allowance(2000);
    assert.equal(clock, 0);
    await allowance(2000);
    assert.ok(clock >= 1998 && clock <= 2000, `${clock}`);
    clock += 60_000;
    rate = 100;
    await allowance(1000);
    const from = clock;
    await allowance(1);
    assert.ok(clock - from >= 9_985 && clock - from <= 10_000, `${clock - from}`);
  });
});
