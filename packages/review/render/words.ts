import type { Change } from "../changes.ts";
import type { PolicyOutcome, PolicyResult } from "../policies.ts";
import type { Verdict } from "../verdict.ts";

export const count = (number: number, one: string, many = `${one}s`) => `${number} ${number === 1 ? one : many}`;

/** The verdict in one sentence. */
export function headline({ outcome, failures, policies }: Verdict): string {
  const open = policies.filter((policy) => policy.outcome === "undecided").length;
  if (outcome === "failed") return `failed: ${count(failures.length, "finding")}`;
  if (outcome === "incomplete") return "incomplete: the preview itself failed, so nothing is proven";
  return open === 0 ? "passed" : `passed, with ${count(open, "policy", "policies")} not yet decidable`;
}

/** "2 to delete, 1 to replace, 70 unchanged" */
export function changeCounts({ changes, unchanged }: Verdict): string {
  const kinds = [...new Set(changes.map(({ kind }) => kind))];
  const counts = kinds.map((kind) => `${changes.filter((change) => change.kind === kind).length} to ${kind}`);
  return [...counts, `${unchanged} unchanged`].join(", ");
}

/** What takes something of a fence, or what is kept, away: to be read before anything else. */
export const isLoud = ({ kind, weight }: Change) => weight !== "other" && (kind === "delete" || kind === "replace");

export function changeDetail({ forcedBy, differs, keptBecause, protected: guarded, retained }: Change): string {
  const also = differs.filter((path) => !forcedBy.includes(path));
  return [
    ...(forcedBy.length > 0 ? [`because of ${forcedBy.join(", ")}`] : []),
    ...(also.length > 0 ? [`differs in ${also.join(", ")}`] : []),
    ...(keptBecause === undefined ? [] : [keptBecause]),
    ...(guarded ? ["protected"] : []),
    ...(retained ? ["stays in AWS when Pulumi lets it go"] : []),
  ].join("; ");
}

export const fenceNames = { 1: "Fence 1: address", 2: "Fence 2: client identity", 3: "Fence 3: server identity" } as const;

const titles: Readonly<Record<PolicyOutcome, string>> = {
  failed: "Failed",
  undecided: "Not yet decidable: decided by the same pack during the update",
  deviates: "Not kept, by a deviation",
  advised: "Advice",
  passed: "Passed",
  "not met": "Not met: nothing in this stack that it applies to",
};

/** Policies by outcome, the worst first; outcomes that none has are left out. */
export function policyGroups({ policies }: Verdict): { outcome: PolicyOutcome; title: string; policies: PolicyResult[] }[] {
  const outcomes = [...new Set(policies.map(({ outcome }) => outcome))];
  return outcomes.map((outcome) => ({
    outcome,
    title: titles[outcome],
    policies: policies.filter((policy) => policy.outcome === outcome),
  }));
}

export const where = (resource: string) => (resource === "" ? "the stack" : resource);
