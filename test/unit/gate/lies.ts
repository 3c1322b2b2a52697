import type { RefusalReason } from "@metrics-link/gate/reasons.ts";
import { encodingLies, type Lie, snappyLies } from "./encoding-lies.ts";
import { encodeV1, encodeV2, type LabelPairs, nodeSeries, type Series, snappy } from "./messages.ts";

const name = ["__name__", "posed"] as const;
const job = ["job", "x"] as const;

/** Every lie, as of a moment. Each has a metric name of its own, so that what is stored of it can be found. */
export function lies(now: number): Lie[] {
  const point = { value: 1, timestamp: now };
  const series = (labels: LabelPairs, more: Partial<Series> = {}): Series => ({ labels, samples: [point], ...more });
  const own = series([name, ["account", "111"], job]);

  /** Lies in the labels, the same in both versions. */
  const labelled: readonly (readonly [string, readonly Series[], RefusalReason, boolean])[] = [
    ["another sender's label", [series([name, ["account", "222"]])], "label_foreign", true],
    ["nobody's label", [series([name, ["account", "333"]])], "label_foreign", true],
    ["no label of its own", [series([name, job])], "label_missing", true],
    ["no label at all", [series([])], "label_missing", false],
    [
      "its label twice, the right one first",
      [series([name, ["account", "111"], ["account", "222"]])],
      "labels_unordered",
      false,
    ],
    [
      "its label twice, the wrong one first",
      [series([name, ["account", "222"], ["account", "111"]])],
      "label_foreign",
      false,
    ],
    [
      "its label twice, with another between",
      [series([name, ["account", "111"], job, ["account", "222"]])],
      "labels_unordered",
      false,
    ],
    ["a name that begins with a capital", [series([["Account", "111"], name])], "label_missing", true],
    ["a name with a NUL at its end", [series([name, ["account\0", "111"]])], "label_missing", true],
    ["a name with a Cyrillic letter", [series([name, ["аccount", "111"]])], "label_missing", true],
    ["a name with a space at its end", [series([name, ["account ", "111"]])], "label_missing", true],
    ["a value with a space at its end", [series([name, ["account", "111 "]])], "label_foreign", true],
    ["a value with a NUL at its end", [series([name, ["account", "111\0"]])], "label_foreign", true],
    ["the beginning of its value", [series([name, ["account", "11"]])], "label_foreign", true],
    ["an empty value", [series([name, ["account", ""]])], "label_empty", true],
    ["an empty value beside its own", [series([name, ["account", "111"], ["job", ""]])], "label_empty", true],
    ["an empty name", [series([["", "x"], name, ["account", "111"]])], "label_empty", false],
    ["names out of order", [series([["account", "111"], name])], "labels_unordered", true],
    ["another's label in the second series", [own, series([name, ["account", "222"]])], "label_foreign", true],
    [
      "another's label in the last of 2,000 series",
      [...nodeSeries(1_999, [["account", "111"]], now - 1_000), series([name, ["account", "222"]])],
      "label_foreign",
      true,
    ],
    [
      "the receiver's own side",
      [series([name, ["account", "111"], ["link_side", "receives"]])],
      "label_reserved",
      true,
    ],
    [
      "a histogram with another's label",
      [{ labels: [name, ["account", "222"]], histograms: [{ timestamp: now, counts: [1, 2] }] }],
      "label_foreign",
      true,
    ],
    [
      "an exemplar with another's label",
      [series([name, ["account", "111"]], { exemplars: [{ ...point, labels: [["account", "222"]] }] })],
      "exemplar_foreign",
      true,
    ],
    [
      "an exemplar of the receiver's own side",
      [series([name, ["account", "111"]], { exemplars: [{ ...point, labels: [["link_side", "receives"]] }] })],
      "exemplar_foreign",
      true,
    ],
    [
      "a timestamp nine and a half minutes ahead",
      [series([name, ["account", "111"]], { samples: [{ value: 1, timestamp: now + 570_000 }] })],
      "timestamp_ahead",
      true,
    ],
    [
      "a timestamp a day ahead",
      [series([name, ["account", "111"]], { samples: [{ value: 1, timestamp: now + 86_400_000 }] })],
      "timestamp_far_ahead",
      false,
    ],
    ["a value of 1 MB", [series([name, ["account", "111"], ["big", "x".repeat(1_000_000)]])], "label_size", true],
  ];
  const both = labelled.flatMap(([title, content, reason, stored]) => [
    { title, protocol: 1 as const, body: () => snappy(encodeV1(content)), reason, stored },
    { title, protocol: 2 as const, body: () => snappy(encodeV2(content)), reason, stored },
  ]);
  return [...both, ...encodingLies(now, own), ...snappyLies(own)];
}
