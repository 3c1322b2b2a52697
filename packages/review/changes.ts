import { LinkError, printable } from "@metrics-link/contract";
import { type PreviewRecord, partsOf, type Step } from "./events.ts";
import { type Weight, weightOf } from "./weights.ts";

/** In the order of a report: removals come first. */
const changeKinds = ["delete", "replace", "update", "create", "import"] as const;
type ChangeKind = (typeof changeKinds)[number];

export interface Change {
  readonly kind: ChangeKind;
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly weight: Weight;
  /** Why it must not go, where it must not. */
  readonly keptBecause?: string;
  /** Properties that force a replacement, by name; values may be secret. */
  readonly forcedBy: readonly string[];
  /** Paths of the properties that differ. */
  readonly differs: readonly string[];
  readonly protected: boolean;
  /** Given up by Pulumi, left in AWS. */
  readonly retained: boolean;
  /** Options that protected it and would be gone: the next update could remove it. */
  readonly loses: readonly string[];
}

/** One change for each resource. "none": the operation only reads, or changes nothing. */
const kindOf: Readonly<Record<string, ChangeKind | "none">> = {
  same: "none",
  read: "none",
  refresh: "none",
  "remove-pending-replace": "none",
  create: "create",
  update: "update",
  delete: "delete",
  discard: "delete",
  replace: "replace",
  "create-replacement": "replace",
  "delete-replaced": "replace",
  "read-replacement": "replace",
  "discard-replaced": "replace",
  import: "import",
  "import-replacement": "replace",
};

/**
 * What a preview would change, the heaviest first. That includes protected resources: the engine plans their deletion or
 * replacement, and reports an error besides.
 * @throws LinkError `PREVIEW_UNREADABLE` for an operation that this review does not know
 */
export function changesOf({ steps }: PreviewRecord): Change[] {
  const found = new Map<string, Change>();
  for (const step of steps) {
    const kind = losesOf(step).length > 0 && step.op === "same" ? "update" : kindOf[step.op];
    if (kind === undefined)
      throw new LinkError("PREVIEW_UNREADABLE", {
        what: printable(`the engine would ${step.op} ${step.urn}: this review does not know that operation`),
      });
    if (kind === "none") continue;
    const before = found.get(step.urn);
    if (before === undefined || rank(kind, before.kind) < 0) found.set(step.urn, changeOf(kind, step));
    else if (kind === before.kind) found.set(step.urn, joined(before, changeOf(kind, step)));
  }
  return [...found.values()].sort(byWeight);
}

/** A replacement outranks the creation and the deletion that it consists of; a deletion outranks the rest. */
const order: readonly ChangeKind[] = ["replace", "delete", "import", "create", "update"];
const rank = (one: ChangeKind, other: ChangeKind) => order.indexOf(one) - order.indexOf(other);

const takesAway = ({ kind }: Change) => kind === "delete" || kind === "replace";
const weights: readonly Weight[] = ["kept", "fence", "other"];

function byWeight(one: Change, other: Change): number {
  const key = (change: Change) => [
    takesAway(change) ? 0 : 1,
    weights.indexOf(change.weight),
    changeKinds.indexOf(change.kind),
  ];
  const [left, right] = [key(one), key(other)];
  const first = left.findIndex((value, index) => value !== right[index]);
  return first < 0 ? one.urn.localeCompare(other.urn, "en") : (left[first] ?? 0) - (right[first] ?? 0);
}

function base(kind: ChangeKind, urn: string) {
  const { weight, why } = weightOf(urn);
  const { type, name } = partsOf(urn);
  return { kind, urn, type, name, weight, ...(why === undefined ? {} : { keptBecause: why }) };
}

function changeOf(kind: ChangeKind, step: Step): Change {
  const paths = Object.keys(step.detailedDiff ?? {});
  return {
    ...base(kind, step.urn),
    forcedBy: step.keys ?? [],
    differs: paths.length > 0 ? paths : (step.diffs ?? []),
    protected: step.old?.protect ?? step.new?.protect ?? false,
    retained: step.old?.retainOnDelete ?? step.new?.retainOnDelete ?? false,
    loses: losesOf(step),
  };
}

function losesOf({ old, new: next }: Step): string[] {
  if (!old || !next) return [];
  return (["protect", "retainOnDelete"] as const).filter((option) => old[option] && !next[option]);
}

/** Each step of one replacement has a part of it. */
function joined(one: Change, other: Change): Change {
  const union = (left: readonly string[], right: readonly string[]) => [...new Set([...left, ...right])];
  return {
    ...one,
    forcedBy: union(one.forcedBy, other.forcedBy),
    differs: union(one.differs, other.differs),
    protected: one.protected || other.protected,
    retained: one.retained || other.retained,
    loses: union(one.loses, other.loses),
  };
}
