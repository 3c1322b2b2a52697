import { parseJson } from "@metrics-link/contract";
import { sha256 } from "@metrics-link/release";
import { z } from "zod";

const shown = 12;

/**
 * A policy document as a short hash that is the same for every spelling of it: services return policies with other blanks,
 * another order, one member instead of a list of one, and an account's id for its root (IAM User Guide, "Grammar of the IAM
 * JSON policy language").
 * @throws LinkError JSON_INVALID
 */
export function policyDigest(document: string): string {
  const canonical = JSON.stringify(canonicalOf(parseJson(z.json(), document, "a policy")));
  return sha256(canonical).slice(0, shown);
}

type Json = z.output<ReturnType<typeof z.json>>;

function canonicalOf(value: Json): Json {
  if (Array.isArray(value)) {
    const members = value.map(canonicalOf).toSorted((one, other) => (textOf(one) < textOf(other) ? -1 : 1));
    return members.length === 1 && members[0] !== undefined ? members[0] : members;
  }
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value).map(([key, member]) => [key, canonicalOf(member)] as const);
    return Object.fromEntries(members.toSorted(([one], [other]) => (one < other ? -1 : 1)));
  }
  // Conditions take "true" and true, and a principal is an account by its id or by its root.
  return String(value).replace(/^arn:[\w-]+:iam::(\d{12}):root$/, "$1");
}

const textOf = (value: Json) => JSON.stringify(value);
