import type { Markup, Part } from "@metrics-link/report/markup.ts";
import type { EvidencePart } from "../evidence.ts";
import type { Status } from "../rows.ts";
import { h } from "./html.ts";

/** The class of a status in the style sheet. */
export const classOf = (status: Status): string => (status === "not known" ? "unknown" : status);

/** A part of the evidence, or that it is not known and why. */
export function shown<Value>(evidence: EvidencePart<Value>, show: (value: Value) => Part): Part {
  return "error" in evidence ? notKnown(evidence.error) : show(evidence.value);
}

export const notKnown = (why: string): Markup => h("span", "unknown", `not known: ${why}`);

export const code = (text: string): Markup => h("code", "", text);
