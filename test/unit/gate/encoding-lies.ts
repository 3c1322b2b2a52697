import type { RefusalReason } from "@metrics-link/gate/reasons.ts";
import { encodeAny, encodeV1, encodeV2, type Series, snappy } from "./messages.ts";
import { type Bytes, joined, label, message, sample, tag, text, varint } from "./raw.ts";

/** A request that sender `a`, whose series have `account="111"`, may not write. */
export interface Lie {
  readonly title: string;
  readonly protocol: 1 | 2;
  /** Made when it is asked for: some are large. */
  readonly body: () => Uint8Array;
  readonly reason: RefusalReason;
  /** Whether a Prometheus without a gate stores something of it. Those that it refuses itself are here all the same. */
  readonly stored: boolean;
}

/** What a sender might hide in the bytes: where gogo-protobuf is lenient, another reader may see something else. */
export function encodingLies(now: number, own: Series): Lie[] {
  const one = (title: string, reason: RefusalReason, stored: boolean, ...parts: readonly Bytes[]): Lie => ({
    title,
    protocol: 1,
    body: () => snappy(joined(...parts)),
    reason,
    stored,
  });
  const two = (title: string, reason: RefusalReason, stored: boolean, ...parts: readonly Bytes[]): Lie => ({
    ...one(title, reason, stored, ...parts),
    protocol: 2,
  });

  const posed = label("__name__", "posed");
  const right = label("account", "111");
  const wrong = label("account", "222");
  const symbols = ["", "__name__", "posed", "account", "111", "222"].map((symbol) => text(4, symbol));
  const refs = (...numbers: readonly number[]) =>
    message(
      1,
      numbers.flatMap((ref) => varint(ref)),
    );
  const plain = encodeV1([own]);

  return [
    one(
      "a label whose value comes twice: the last one wins",
      "encoding",
      true,
      message(1, posed, message(1, text(1, "account"), text(2, "111"), text(2, "222")), sample(now)),
    ),
    one(
      "a label whose name comes twice: the last one wins",
      "encoding",
      true,
      message(1, posed, message(1, text(1, "account"), text(1, "konto"), text(2, "111")), sample(now)),
    ),
    one(
      "a label whose value comes before its name",
      "encoding",
      true,
      message(1, posed, message(1, text(2, "222"), text(1, "account")), sample(now)),
    ),
    one("labels after the samples", "label_missing", true, message(1, sample(now), posed, wrong)),
    one("a second account after the samples", "encoding", false, message(1, posed, right, sample(now), wrong)),
    one("a field number of 2^32 + 1, which is 1 when it is cut to 32 bits", "encoding", true, [
      ...tag(2n ** 32n + 1n, 2),
      ...message(1, posed, wrong, sample(now)).slice(1),
    ]),
    one("a tag in more bytes than it takes", "encoding", true, [
      0x8a,
      0x00,
      ...message(1, posed, wrong, sample(now)).slice(1),
    ]),
    one("a length in more bytes than it takes", "encoding", true, [
      ...tag(1, 2),
      ...varint(joined(posed, wrong, sample(now)).length, 5),
      ...joined(posed, wrong, sample(now)),
    ]),
    one("a length in two bytes where one is enough", "encoding", true, [
      ...tag(1, 2),
      ...varint(joined(posed, wrong, sample(now)).length, 2),
      ...joined(posed, wrong, sample(now)),
    ]),
    one("a length beyond the end", "encoding", false, [...tag(1, 2), ...varint(1_000), ...posed]),
    one("a negative length", "encoding", false, [...tag(1, 2), ...varint(2n ** 64n - 1n), ...posed]),
    one("a message that is cut off", "encoding", false, plain.slice(0, -1)),
    one("bytes after the message", "encoding", false, plain, [0xff]),
    one("a field 0", "encoding", false, plain, [0x02, 0x00]),
    one("a group", "encoding", true, message(1, posed, right, sample(now)), tag(9, 3), tag(9, 4)),
    one("a known field of another wire type", "encoding", false, plain, tag(1, 0), [1]),
    one(
      "a field that is not known, delimited",
      "unknown_field",
      true,
      message(1, posed, right, sample(now)),
      text(9, "x"),
    ),
    one(
      "a field that is not known, in a series",
      "unknown_field",
      true,
      message(1, posed, right, sample(now), text(9, "x")),
    ),
    one("field 2, which is reserved", "unknown_field", true, message(1, posed, right, sample(now)), tag(2, 0), [1]),
    one(
      "metadata in front of series",
      "encoding",
      true,
      message(3, text(2, "m")),
      message(1, posed, wrong, sample(now)),
    ),
    one("a message of version 2 as version 1", "unknown_field", false, encodeV2([own])),
    two("a message of version 1 as version 2", "unknown_field", false, plain),
    two("a reference out of the table", "symbols", false, ...symbols, message(5, refs(1, 2, 3, 6), sample(now))),
    two("an odd number of references", "symbols", false, ...symbols, message(5, refs(1, 2, 3), sample(now))),
    two("a reference to a wrong string", "label_foreign", true, ...symbols, message(5, refs(1, 2, 3, 5), sample(now))),
    two(
      "a reference of 2^32 + 5, which is 5 when it is cut to 32 bits",
      "encoding",
      true,
      ...symbols,
      message(5, message(1, [1, 2, 3], varint(2n ** 32n + 5n)), sample(now)),
    ),
    two(
      "references one by one, not packed",
      "encoding",
      true,
      ...symbols,
      message(5, [...[1, 2, 3, 5].flatMap((ref) => [...tag(1, 0), ref])], sample(now)),
    ),
    two("references in two lists", "label_missing", true, ...symbols, message(5, refs(1, 2), refs(3, 5), sample(now))),
    two(
      "two symbols of one text, one for each account",
      "labels_unordered",
      false,
      ...symbols,
      text(4, "account"),
      message(5, refs(1, 2, 3, 4, 6, 5), sample(now)),
    ),
    two(
      "a first symbol that is not empty",
      "symbols",
      true,
      text(4, "x"),
      ...symbols.slice(1),
      message(5, refs(1, 2, 3, 5), sample(now)),
    ),
    two("symbols after the series", "symbols", true, message(5, refs(1, 2, 3, 5), sample(now)), ...symbols),
    two(
      "more symbols after the series",
      "encoding",
      true,
      ...symbols,
      message(5, refs(1, 2, 3, 4), sample(now)),
      text(4, "x"),
    ),
    two(
      "metadata that refers out of the table",
      "symbols",
      false,
      ...symbols,
      message(5, refs(1, 2, 3, 4), sample(now), message(5, tag(3, 0), varint(99))),
    ),
    two(
      "metadata twice",
      "encoding",
      true,
      ...symbols,
      message(5, refs(1, 2, 3, 4), sample(now), message(5, tag(1, 0), [1]), message(5, tag(1, 0), [2])),
    ),
    two(
      "a start timestamp a day ahead",
      "timestamp_far_ahead",
      true,
      encodeV2([{ ...own, startTimestamp: now + 86_400_000 }]),
    ),
    two(
      "a histogram whose count is written as a whole number and as a float: the last one wins",
      "encoding",
      true,
      ...symbols,
      message(
        5,
        refs(1, 2, 3, 4),
        message(3, tag(1, 0), [0], tag(2, 1), [0, 0, 0, 0, 0, 0, 0, 0], tag(15, 0), varint(now)),
      ),
    ),
    two(
      "a histogram whose spans are no messages",
      "encoding",
      false,
      ...symbols,
      message(5, refs(1, 2, 3, 4), message(3, message(8, [0x09]), tag(15, 0), varint(now))),
    ),
  ];
}

/** Bodies that are not one block of snappy, or too large a one. */
export function snappyLies(own: Series): Lie[] {
  const plain = encodeV1([own]);
  const block = snappy(plain);
  return [
    {
      title: "a block that declares less than it has",
      protocol: 1,
      body: () => declaring(block, plain.length - 1),
      reason: "compression",
      stored: false,
    },
    {
      title: "a block that declares more than it has",
      protocol: 1,
      body: () => declaring(block, plain.length + 1),
      reason: "compression",
      stored: false,
    },
    {
      title: "a block that declares 4 GiB",
      protocol: 1,
      body: () => declaring(block, 2 ** 32 - 1),
      reason: "decoded_size",
      stored: false,
    },
    {
      title: "a block that declares more than 32 bits",
      protocol: 1,
      body: () => declaring(block, 2 ** 32),
      reason: "compression",
      stored: false,
    },
    {
      title: "a block with bytes at its end",
      protocol: 1,
      body: () => joined(block, [0, 0]),
      reason: "compression",
      stored: false,
    },
    {
      title: "an offset of 0",
      protocol: 1,
      body: () => Uint8Array.from([8, 0x0c, 1, 2, 3, 4, 0x01, 0x00]),
      reason: "compression",
      stored: false,
    },
    {
      title: "an offset before the start",
      protocol: 1,
      body: () => Uint8Array.from([8, 0x0c, 1, 2, 3, 4, 0x01, 0x05]),
      reason: "compression",
      stored: false,
    },
    {
      title: "the framed format",
      protocol: 1,
      body: () => joined([0xff, 6, 0, 0, 0x73, 0x4e, 0x61, 0x50, 0x70, 0x59], block),
      reason: "compression",
      stored: false,
    },
    { title: "no body", protocol: 1, body: () => new Uint8Array(), reason: "compression", stored: false },
    {
      title: "a message that is not compressed",
      protocol: 1,
      body: () => encodeAny("WriteRequest", { timeseries: [] }),
      reason: "compression",
      stored: false,
    },
  ];
}

/** The block with another length in its preamble. */
function declaring(block: Uint8Array, length: number): Uint8Array {
  const start = block.findIndex((byte) => byte < 0x80) + 1;
  return joined(varint(length), block.slice(start));
}
