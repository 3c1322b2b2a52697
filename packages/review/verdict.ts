import { type Change, changesOf } from "./changes.ts";
import type { PreviewRecord } from "./events.ts";
import { addressRows } from "./evidence/address.ts";
import { identityRows } from "./evidence/identity.ts";
import type { Row } from "./evidence/row.ts";
import { plannedOf } from "./planned.ts";
import { type Deviation, type Pack, type PolicyResult, policyResults } from "./policies.ts";

/** The review's own rule, for what policies never see; a deviation may name it. */
export const keepRule = "nothing-kept-goes";

/** Passed: nothing failed. Failed: it must not be merged. Incomplete: the preview came to no end, so nothing is known. */
export type Outcome = "passed" | "failed" | "incomplete";

/** Why a review failed. */
export interface Failure {
  /** The policy, or the review's own rule. */
  readonly rule: string;
  readonly resource: string;
  readonly what: string;
  readonly remedy: string;
}

export interface Verdict {
  readonly stack: string;
  readonly at: string;
  readonly outcome: Outcome;
  readonly failures: readonly Failure[];
  readonly changes: readonly Change[];
  /** Resources that stay as they are. */
  readonly unchanged: number;
  readonly fences: readonly Row[];
  readonly policies: readonly PolicyResult[];
  readonly deviations: readonly (Deviation & { readonly expired: boolean })[];
  /** What the preview itself complained of. */
  readonly errors: readonly string[];
}

export interface ReviewInput {
  readonly stack: string;
  readonly record: PreviewRecord;
  readonly pack: Pack;
  readonly deviations: readonly Deviation[];
  readonly now: Date;
}

/**
 * The verdict on a preview.
 * @throws Error for an operation of the engine that this review does not know
 */
export function judge({ stack, record, pack, deviations, now }: ReviewInput): Verdict {
  const dated = deviations.map((one) => ({ ...one, expired: one.until < now.toISOString().slice(0, 10) }));
  const valid = dated.filter(({ expired }) => !expired);
  const changes = changesOf(record);
  const policies = policyResults(record, pack, valid);
  const kept = valid.some(({ policy }) => policy === keepRule) ? [] : changes.flatMap(keepFailure);
  const failures = [...kept, ...policies.flatMap(policyFailures)];
  const planned = plannedOf(record);
  const errors = [...record.errors.map(({ message }) => message), ...silence(record, pack)];
  return {
    stack,
    at: now.toISOString(),
    outcome: failures.length > 0 ? "failed" : errors.length > 0 || !record.succeeded ? "incomplete" : "passed",
    failures,
    changes,
    unchanged: planned.length - changes.filter(({ kind }) => kind !== "delete").length,
    fences: [...addressRows(planned), ...identityRows(planned)],
    policies,
    deviations: dated,
    errors,
  };
}

/** A pack that said nothing at all did not run; and without it nothing is proven. */
function silence({ resourcePolicies, stackPolicies }: PreviewRecord, { policies }: Pack): string[] {
  if (policies.length === 0 || (resourcePolicies.length > 0 && stackPolicies.length > 0)) return [];
  const which = resourcePolicies.length > 0 ? "policies of the stack as a whole" : "policies";
  return [`the ${which} did not run: the engine leaves them out when the program or a step has failed`];
}

function keepFailure({ kind, name, keptBecause, protected: guarded, forcedBy }: Change): Failure[] {
  if (keptBecause === undefined || (kind !== "delete" && kind !== "replace")) return [];
  const by = forcedBy.length > 0 ? `, because of ${forcedBy.join(", ")}` : "";
  return [
    {
      rule: keepRule,
      resource: name,
      what: `would be ${kind === "delete" ? "deleted" : "replaced"}${by}: ${keptBecause}`,
      remedy: guarded
        ? "Pulumi refuses it too, because it is protected. Take back what leads to it"
        : "take back what leads to it; if it is meant, a deviation with a reason and an end date says so",
    },
  ];
}

function policyFailures({ outcome, name, said, remedy }: PolicyResult): Failure[] {
  if (outcome !== "failed") return [];
  return said.map(({ resource, message }) => ({ rule: name, resource, what: message, remedy }));
}
