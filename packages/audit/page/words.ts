import type { EvidencePart } from "../evidence.ts";
import type { Status } from "../rows.ts";
import { type Child, type Html, h } from "./html.ts";

/** The class of a status in the style sheet. */
export const classOf = (status: Status): string => (status === "not known" ? "unknown" : status);

/** A part of the evidence, or that it is not known and why. */
export function shown<Value>(evidence: EvidencePart<Value>, show: (value: Value) => Child): Child {
  return "error" in evidence ? notKnown(evidence.error) : show(evidence.value);
}

export const notKnown = (why: string): Html => h("span", "unknown", `not known: ${why}`);

export const code = (text: string): Html => h("code", "", text);
