import { isList, isObject } from "../program/values.ts";
import type { Row } from "./planned.ts";

/**
 * Who may write what: the labels that a receiver's configuration pins for each sender. A change of them lets a sender speak for
 * another, as a changed root does.
 * @param config the section `config` of the stack's file, parsed
 */
export function labelRows(config: Readonly<Record<string, unknown>>): Row[] {
  const senders = config["metrics-link:senders"];
  return (isList(senders) ? senders : []).flatMap((sender, index): Row[] => {
    const { name, labels } = isObject(sender) ? sender : {};
    return [
      {
        fence: "client identity",
        subject: `series of sender ${typeof name === "string" ? name : index}`,
        value: isObject(labels) ? pairs(labels) : "ANY LABELS: none are pinned",
        source: `metrics-link:senders[${index}].labels`,
      },
    ];
  });
}

const pairs = (labels: Readonly<Record<string, unknown>>) =>
  `only with ${Object.entries(labels)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(", ")}`;
