import assert from "node:assert/strict";
import { Refused } from "@metrics-link/gate/reasons.ts";
import { decodeSnappy } from "@metrics-link/gate/snappy.ts";
import fc from "fast-check";
import { compress } from "snappyjs";

const limit = 1_000_000;

/** Bytes that repeat at many distances, so that a compressor finds copies of every kind. */
const repetitive = fc
  .array(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 90 }), fc.integer({ min: 1, max: 90 })), { maxLength: 30 })
  .map((parts) =>
    Uint8Array.from(
      parts.flatMap(([bytes, times]) =>
        Array(times)
          .fill([...bytes])
          .flat(),
      ),
    ),
  );

/** A block that nobody's compressor wrote: literals and copies of any length and offset. */
const element = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 300 }).map((bytes) => ({ literal: bytes })),
  fc.record({
    offset: fc.integer({ min: 0, max: 70_000 }),
    length: fc.integer({ min: 1, max: 64 }),
    wide: fc.boolean(),
  }),
);

describe("snappy blocks", () => {
  it("decode to what was compressed", () => {
    fc.assert(
      fc.property(fc.oneof(repetitive, fc.uint8Array({ maxLength: 5_000 })), (bytes) => {
        assert.deepEqual(Uint8Array.from(decodeSnappy(compress(bytes), limit)), bytes);
        // Over what is left of another message.
        const scratch = new Uint8Array(2_000).fill(0xff);
        assert.deepEqual(Uint8Array.from(decodeSnappy(compress(bytes), limit, scratch)), bytes);
      }),
    );
  });

  it("of any literals and copies decode as the format says, or are refused", () => {
    fc.assert(
      fc.property(fc.array(element, { maxLength: 40 }), (elements) => {
        const { block, expected } = blockOf(elements);
        if (expected === undefined) assert.throws(() => decodeSnappy(block, limit), { reason: "compression" });
        else assert.deepEqual([...decodeSnappy(block, limit)], expected);
      }),
      { numRuns: 500 },
    );
  });

  it("of any bytes are refused, or have the declared length", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          decodeSnappy(bytes, limit);
        } catch (error) {
          assert.ok(error instanceof Refused);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it("that declare more than the limit are refused before memory is taken", () => {
    // 4 GiB would not be allocated twice in a process of a few hundred MiB without an error of another kind.
    assert.throws(() => decodeSnappy(Uint8Array.from([0xff, 0xff, 0xff, 0xff, 0x0f, 0]), limit), {
      reason: "decoded_size",
    });
    assert.throws(() => decodeSnappy(compress(new Uint8Array(limit + 1)), limit), { reason: "decoded_size" });
    assert.equal(decodeSnappy(compress(new Uint8Array(limit)), limit).length, limit);
  });
});

type Element = { readonly literal: Uint8Array } | { readonly offset: number; readonly length: number; wide: boolean };

/** The block of these elements, and what it decodes to; undefined when a copy reaches before the start. */
function blockOf(elements: readonly Element[]): { block: Uint8Array; expected: number[] | undefined } {
  const out: number[] = [];
  const body: number[] = [];
  let valid = true;
  for (const one of elements) {
    if ("literal" in one) {
      const { length } = one.literal;
      if (length <= 60) body.push((length - 1) << 2);
      else if (length <= 256) body.push(60 << 2, length - 1);
      else body.push(61 << 2, (length - 1) & 0xff, (length - 1) >> 8);
      body.push(...one.literal);
      out.push(...one.literal);
      continue;
    }
    const { offset, length } = one;
    const wide = one.wide || offset > 0xffff;
    body.push(((length - 1) << 2) | (wide ? 3 : 2), offset & 0xff, (offset >> 8) & 0xff);
    if (wide) body.push((offset >> 16) & 0xff, 0);
    if (offset === 0 || offset > out.length) valid = false;
    for (let index = 0; valid && index < length; index += 1) out.push(out[out.length - offset] ?? 0);
  }
  const preamble: number[] = [];
  let left = out.length;
  for (; left >= 0x80; left >>>= 7) preamble.push((left & 0x7f) | 0x80);
  return { block: Uint8Array.from([...preamble, left, ...body]), expected: valid ? out : undefined };
}
