import { labelText } from "@metrics-link/contract";
import { isObject } from "../program/values.ts";
import type { Row } from "./planned.ts";
import type { DeclaredSender } from "./senders.ts";

/**
 * Who may write what: the labels that a receiver's configuration pins for each sender. A change of them lets a sender speak for
 * another, as a changed root does.
 */
export const labelRows = (senders: readonly DeclaredSender[]): Row[] =>
  senders.map(({ name, source, entry: { labels } }) => ({
    fence: "client identity",
    subject: `series of sender ${name}`,
    value: isObject(labels) ? `only with ${pairs(labels)}` : "ANY LABELS: none are pinned",
    source: `${source}.labels`,
  }));

const pairs = (labels: Readonly<Record<string, unknown>>) =>
  Object.entries(labels)
    .map(([name, value]) => (typeof value === "string" ? labelText(name, value) : `${name}=${JSON.stringify(value)}`))
    .join(", ");
