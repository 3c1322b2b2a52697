import { readConfiguration } from "@metrics-link/gate";

/** Two senders, told apart by `account`, and the label by which each side of a link tells its own series. */
export const configuration = {
  mode: "enforce",
  reserved: { link_side: ["sends"] },
  senders: { a: { labels: { account: "111" } }, b: { labels: { account: "222" } } },
} as const;

export const read = (file: object) => readConfiguration(JSON.stringify(file), "gate.json");

/** The terms of sender `a`. */
export function termsOfA(file: object = configuration) {
  const found = read(file);
  const terms = found.senders.get("a");
  if (terms === undefined) throw new Error("the example has no sender a");
  return terms;
}
