import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { hasCode } from "@metrics-link/contract";
import type { TimeSeries } from "@metrics-link/host/repair/messages.ts";
import { framesOf } from "@metrics-link/host/repair/read.ts";
import { pace } from "@metrics-link/host/repair/transfer.ts";
import {
  type Batch,
  batches,
  countsOf,
  deliver,
  Unavailable,
  type Write,
  writeTo,
} from "@metrics-link/host/repair/write.ts";
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
        const { acknowledged, refusals } = await deliver(write, batch);
        const good = all.map((one) => ({ ...one, samples: one.samples.filter(({ bits }) => bits === 0n) }));
        assert.deepEqual([...stored].toSorted(), idsOf(batchOf(good)).toSorted());
        assert.equal(acknowledged, stored.size);
        assert.equal(countsOf(refusals)["out of bounds"] ?? 0, batch.samples - acknowledged);
        const guilty = new Set(refusals.map(({ labels }) => labels[0]?.value));
        const bad = all.filter(({ samples }) => samples.some(({ bits }) => bits === 1n));
        assert.deepEqual(guilty, new Set(bad.map(({ labels }) => labels[0]?.value)));
      }),
    );
  });

  it("is split at once where the answer tells time and value of the bad sample", async () => {
    const bits = (value: number) => Buffer.from(new Float64Array([value]).buffer).readBigUInt64LE();
    const all = Array.from({ length: 500 }, (_, part) => ({
      labels: [{ name: "part", value: `${part}` }],
      samples: [{ time: 1000 + (part % 2), bits: bits(part / 4) }],
    }));
    let requests = 0;
    const text = "duplicate sample for timestamp 1001; overrides not allowed: existing 2, new value 33.25";
    const write: Write = async ({ series: some }) => {
      requests += 1;
      const bad = some.some(({ labels }) => labels[0]?.value === "133");
      return bad ? { status: 400, text } : { status: 204, text: "" };
    };
    const { acknowledged, refusals } = await deliver(write, batchOf(all));
    assert.deepEqual([acknowledged, requests, refusals.length], [499, 3, 1]);
    assert.equal(refusals[0]?.labels[0]?.value, "133");
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

describe("a request", () => {
  it("that is larger than the receiver takes is not sent", async () => {
    const value = randomBytes(2 * 1024 * 1024).toString("base64");
    const write = writeTo("http://127.0.0.1:1", {});
    const samples = [1, 2, 3].map((time) => ({ time, bits: 0n }));
    const named = (text: string) => ({ labels: [{ name: "large", value: text }], samples });
    const packed: Batch[] = [];
    for await (const batch of batches(each([named("a"), named(value), named("b")]))) packed.push(batch);
    assert.deepEqual(
      packed.map(({ series }) => series.length),
      [1, 1, 1],
    );
    const { acknowledged, refusals } = await deliver(write, packed[1] ?? batchOf([]));
    assert.deepEqual(
      [acknowledged, countsOf(refusals), refusals.length],
      [0, { "larger than a request may be": 3 }, 1],
    );
    await assert.rejects(deliver(write, batchOf([{ labels: [], samples: [{ time: 1, bits: 0n }] }])), Unavailable);
  });
});

describe("a frame", () => {
  /** "123456789" has the CRC-32C e3069283 (RFC 3720, appendix B.4, and others). */
  const frame = Buffer.concat([Buffer.from([9, 0xe3, 0x06, 0x92, 0x83]), Buffer.from("123456789")]);
  const read = async (pieces: Uint8Array[]) => {
    const found: string[] = [];
    for await (const { data, isWhole } of framesOf(each(pieces))) {
      found.push(
        isWhole ? Buffer.from(data).toString() : `${data.length} bytes of ${String.fromCharCode(data[0] ?? 0)}`,
      );
    }
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

  it("of more than 8 MiB is passed over, however the stream is split: the next ones are read", async () => {
    const megabytes = Buffer.alloc(9 * 1024 * 1024, "x");
    const large = Buffer.concat([Buffer.from([0x80, 0x80, 0xc0, 0x04, 0, 0, 0, 0]), megabytes]);
    const stream = Buffer.concat([frame, large, frame, large, frame]);
    const found = ["123456789", "65536 bytes of x", "123456789", "65536 bytes of x", "123456789"];
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(stream.length), { maxLength: 6 }), async (cuts) => {
        const ends = [0, ...cuts.toSorted((a, b) => a - b), stream.length];
        assert.deepEqual(await read(ends.slice(1).map((end, index) => stream.subarray(ends[index], end))), found);
      }),
      { numRuns: 30 },
    );
    await assert.rejects(read([large.subarray(0, -1)]), {
      code: "REMOTE_READ_INVALID",
      message: /ends within a frame/,
    });
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
    await assert.rejects(read([Buffer.from("\xff\xff\xff\xff\x7f", "latin1")]), {
      code: "REMOTE_READ_INVALID",
      message: /a frame claims 34359738367 bytes/,
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
