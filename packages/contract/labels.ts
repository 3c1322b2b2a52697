import { z } from "zod";
import { matching, text } from "./forms.ts";
import { printable } from "./printable.ts";
import { contractOutput } from "./versions.ts";

/** Labels of a series, by their names. */
export type Labels = Readonly<Record<string, string>>;

/**
 * Names that an identity cannot have. It takes the place of a series' own label, so with `job`, `instance` or `alertname`
 * series could not be told apart as everywhere else; `le` and `quantile` would change what histograms and summaries mean; the
 * link tells its own series by `link_side`; names that begin with two underscores are Prometheus' own. PromQL reads `inf`, `nan` and
 * `without`, in any case, as something else where it groups by labels, and Prometheus writes them without quotes in its rules.
 */
export const reservedLabels = [
  ...["job", "instance", "le", "quantile", "alertname", "link_side"],
  ...["inf", "nan", "without"],
] as const;

const nameOfLabel = `a label name of letters, digits and _, that does not begin with __ and is not one of ${reservedLabels.join(", ")}`;
const labelName = matching(
  new RegExp(
    `^(?!__)(?!(?:${reservedLabels.join("|")}|[iI][nN][fF]|[nN][aA][nN]|[wW][iI][tT][hH][oO][uU][tT])$)[a-zA-Z_][a-zA-Z0-9_]{0,99}$`,
  ),
  nameOfLabel,
);
const labelValue =
  "a label value in quotes, of 1 to 200 characters, without $, which Prometheus would expand, without blanks at either end and without characters that nobody sees";
/** A value that looks like another's is one that people take for the other's. */
const isSeen = (value: string) => value.trim() === value && printable(value) === value;

/** The labels that every series of a sender has: its identity. */
export const identityLabels = z
  .record(
    labelName,
    text(labelValue)
      .regex(/^[^$]{1,200}$/u, { error: labelValue })
      .refine(isSeen, { error: labelValue }),
    {
      error: (issue) => (issue.code === "invalid_key" ? nameOfLabel : "a map of label names and values"),
    },
  )
  .refine((found) => Object.keys(found).length <= 20, { error: "at most 20 labels: every series has them" });

/** Whether series with these labels have each one that is pinned. Others besides are free. */
export const carries = (labels: Labels, pinned: Labels): boolean =>
  Object.entries(pinned).every(([name, value]) => labels[name] === value);

/** Whether these are the same labels. */
export const sameLabels = (one: Labels, other: Readonly<Record<string, unknown>>): boolean =>
  Object.keys(one).length === Object.keys(other).length &&
  Object.entries(one).every(([name, value]) => other[name] === value);

/** What two values have in common that a person may take for one: the case, and how Unicode composes the characters. */
export const spellingOf = (value: string): string => value.normalize("NFKC").toLowerCase().normalize("NFKC");

/**
 * A label as PromQL writes it. A character outside of ASCII is an escape, which PromQL reads as that character: letters of other
 * alphabets look the same as Latin ones.
 */
export const labelText = (name: string, value: string): string =>
  `${name}=${JSON.stringify(value).replaceAll(/[^ -~]/gu, escaped)}`;

function escaped(character: string): string {
  const hexadecimal = (character.codePointAt(0) ?? 0).toString(16);
  return hexadecimal.length > 4 ? `\\U${hexadecimal.padStart(8, "0")}` : `\\u${hexadecimal.padStart(4, "0")}`;
}

/** Labels as PromQL writes them. */
export const labelsText = (labels: Labels): string =>
  `{${Object.entries(labels)
    .map(([name, value]) => labelText(name, value))
    .join(", ")}}`;

/**
 * Finds what a sender tells of its series that is pinned for another: the gate takes no series with it, and the sender's queue drops each
 * batch.
 * @param senders all of a configuration, also those that are suspended
 * @returns for a sender's name and the labels that it tells, each such label in words
 */
export function labelsOfOthers(
  senders: readonly { readonly name: string; readonly labels?: Labels | undefined }[],
): (name: string, told: Labels | undefined) => readonly string[] {
  const pairs = senders.flatMap(({ name, labels = {} }) =>
    Object.entries(labels).map(([label, value]) => [labelText(label, value), name] as const),
  );
  const owners = new Map(pairs);
  return (name, told = {}) =>
    Object.entries(told).flatMap(([label, value]) => {
      const pair = labelText(label, value);
      const owner = owners.get(pair);
      return owner === undefined || owner === name ? [] : [`${pair}, which is pinned for ${owner}`];
    });
}

/**
 * The name of the stack output with what version 2 of the contract says of labels. Readers of version 1 refuse a field that they do
 * not know, so it stands beside `contract` for as long as that is written in version 1 (docs/decisions/0803).
 */
export const contractLabelsOutput = "contractLabels";

const labelFields = ["labels", "admits"] as const;

/**
 * The contract in a stack's outputs, in version 1 with what stands beside it. Whether it is one is for `readContract` to say.
 * @param outputs of the stack, or what a contract file has
 */
export function contractIn(outputs: Readonly<Record<string, unknown>>): unknown {
  const { [contractOutput]: contract, [contractLabelsOutput]: beside } = outputs;
  if (!isObject(contract) || !isObject(beside)) return contract;
  const fields = labelFields.filter((name) => beside[name] !== undefined);
  return { ...Object.fromEntries(fields.map((name) => [name, beside[name]])), ...contract };
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
