import type { PreviewRecord, Violation } from "./events.ts";
import { partsOf } from "./urn.ts";

/** What a pack says of one of its policies. */
export interface PolicyDescription {
  readonly name: string;
  readonly reason: string;
  readonly remedy: string;
  /** Seed, RFC, AWS or CIS: where the rule comes from. */
  readonly source: string;
  /** 1, 2, 3, or another part of the system, such as "pki". */
  readonly fence?: number | string;
}

/** The pack that a preview ran with. */
export interface Pack {
  readonly policies: readonly PolicyDescription[];
  /** Whether a violation says that the policy needs a value which a preview does not know. */
  isUndecidable(message: string): boolean;
}

/** A policy that is not kept, on purpose and for a time; from the stack's own configuration. */
export interface Deviation {
  readonly policy: string;
  readonly reason: string;
  /** The last day, YYYY-MM-DD. */
  readonly until: string;
}

/** In the order of a report. "not met" is a policy for something that this stack does not have. */
export const policyOutcomes = ["failed", "undecided", "deviates", "advised", "passed", "not met"] as const;
export type PolicyOutcome = (typeof policyOutcomes)[number];

export interface PolicyResult extends PolicyDescription {
  readonly outcome: PolicyOutcome;
  /** What was said against it, and of which resource; of the stack as a whole where there is no name. */
  readonly said: readonly { readonly resource: string; readonly message: string }[];
  /** The resources that it passed on. */
  readonly passedOn: readonly string[];
}

/** The engine's own words for a policy that read a value which is not known yet. Source: @pulumi/policy, server.ts. */
const engineUndecidable = /can't run policy .* during preview/;

/** How each policy of the pack fared, the worst first; and any other that the engine spoke of. */
export function policyResults(record: PreviewRecord, pack: Pack, deviating: readonly Deviation[]): PolicyResult[] {
  const described = new Set(pack.policies.map(({ name }) => name));
  const spoken = new Set(record.violations.map(({ policyName }) => policyName));
  const others = [...spoken].filter((name) => !described.has(name));
  const all = [...pack.policies, ...others.map((name) => ({ name, reason: "", remedy: "", source: "" }))];
  const passes = passesOf(record);
  return all
    .map((description): PolicyResult => {
      const against = record.violations.filter(({ policyName }) => policyName === description.name);
      const passedOn = passes.get(description.name);
      return {
        ...description,
        outcome: outcomeOf(against, passedOn !== undefined, pack, deviates(deviating, description.name)),
        said: against.map(({ resourceUrn, message }) => ({ resource: ownName(resourceUrn), message: message.trim() })),
        passedOn: passedOn ?? [],
      };
    })
    .sort((one, other) => policyOutcomes.indexOf(one.outcome) - policyOutcomes.indexOf(other.outcome));
}

const deviates = (deviating: readonly Deviation[], name: string) => deviating.some(({ policy }) => policy === name);

/** A deviation excuses what failed; what cannot be decided yet stays open. */
function outcomeOf(against: readonly Violation[], passed: boolean, pack: Pack, deviating: boolean): PolicyOutcome {
  const open = against.filter(({ message }) => isOpen(message, pack));
  const decided = against.filter((one) => !open.includes(one));
  const failed = decided.some(({ enforcementLevel }) => enforcementLevel !== "advisory");
  if (failed && !deviating) return "failed";
  if (open.length > 0) return "undecided";
  if (decided.length > 0) return deviating ? "deviates" : "advised";
  return passed ? "passed" : "not met";
}

/** The engine puts the policy's description in a line of its own before the message. */
const isOpen = (message: string, pack: Pack) =>
  [message, ...message.split("\n")].some((text) => pack.isUndecidable(text) || engineUndecidable.test(text));

function passesOf({ resourcePolicies, stackPolicies }: PreviewRecord): Map<string, string[]> {
  const passes = new Map<string, string[]>();
  for (const { resourceUrn, passed } of [...resourcePolicies, ...stackPolicies]) {
    for (const name of passed) {
      const on = resourceUrn === "" ? [] : [ownName(resourceUrn)];
      passes.set(name, [...(passes.get(name) ?? []), ...on]);
    }
  }
  return passes;
}

const ownName = (urn: string) => (urn === "" || partsOf(urn).type === "pulumi:pulumi:Stack" ? "" : partsOf(urn).name);
