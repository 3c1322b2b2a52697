import type { Change } from "../changes.ts";
import type { Row } from "../evidence/row.ts";
import type { PolicyOutcome, PolicyResult } from "../policies.ts";
import type { DatedDeviation, Verdict } from "../verdict.ts";

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

/** The last word of a type: "Subnet". */
export const kindOfThing = ({ type }: Change) => type.split(":").at(-1) ?? type;

/** What takes something of a fence, or what is kept, away: to be read before anything else. */
export const isLoud = ({ kind, weight, loses }: Change) =>
  weight !== "other" && (kind === "delete" || kind === "replace" || loses.length > 0);

export function changeDetail({ forcedBy, differs, protected: guarded, retained, loses }: Change): string {
  const also = differs.filter((path) => !forcedBy.includes(path));
  return [
    ...(forcedBy.length > 0 ? [`because of ${forcedBy.join(", ")}`] : []),
    ...(also.length > 0 ? [`differs in ${also.join(", ")}`] : []),
    ...(loses.length > 0 ? [`loses ${loses.join(" and ")}`] : []),
    ...(guarded ? ["protected"] : []),
    ...(retained ? ["stays in AWS when Pulumi lets it go"] : []),
  ].join("; ");
}

/** The parts of the system, in the order in which a stranger would meet them. */
const parts: Readonly<Record<string, string>> = {
  address: "Fence 1: address",
  "client identity": "Fence 2: client identity",
  "server identity": "Fence 3: server identity",
  pki: "PKI",
  host: "Hosts",
  account: "Account",
};

export interface Section {
  readonly title: string;
  readonly evidence: readonly Row[];
  readonly policies: readonly PolicyResult[];
}

/** What is said of each part of the system; parts of which nothing is said are left out. */
export function sectionsOf({ evidence, policies }: Verdict): Section[] {
  const names = [...new Set([...Object.keys(parts), ...policies.map(({ fence }) => fence)])];
  return names
    .map((name) => ({
      title: parts[name] ?? (name === "" ? "Others" : name),
      evidence: evidence.filter(({ fence }) => fence === name),
      policies: policies.filter(({ fence }) => fence === name),
    }))
    .filter((section) => section.evidence.length + section.policies.length > 0);
}

/** "4 passed, 1 undecided" */
export function outcomeCounts(policies: readonly PolicyResult[]): string {
  const outcomes = [...new Set(policies.map(({ outcome }) => outcome))];
  return outcomes
    .map((one) => `${policies.filter(({ outcome }) => outcome === one).length} ${shortTitles[one]}`)
    .join(", ");
}

export const shortTitles: Readonly<Record<PolicyOutcome, string>> = {
  failed: "failed",
  "not run": "did not run",
  undecided: "not yet decidable",
  deviates: "not kept, by a deviation",
  advised: "advised against",
  passed: "passed",
  "not met": "with nothing to apply to",
};

export function deviationState({ expired, known, until }: DatedDeviation): string {
  return [expired ? `EXPIRED ${until}` : `until ${until}`, ...(known ? [] : ["NO SUCH POLICY"])].join(", ");
}

export const where = (resource: string) => (resource === "" ? "the stack" : resource);
