import { type PreviewRecord, partsOf, type Violation } from "./events.ts";

/** A policy of a pack, in its own words. */
export interface PolicyDescription {
  readonly name: string;
  /** What must hold. */
  readonly rule: string;
  readonly reason: string;
  readonly remedy: string;
  /** A design decision, RFC, AWS or CIS: where the rule comes from. */
  readonly source: string;
  /** What it belongs to, such as "address" or "pki". */
  readonly fence: string;
  /** Type tokens of the resources that it is about; without them it is about any. */
  readonly types?: readonly string[];
}

/** The pack that a preview ran with. */
export interface Pack {
  readonly policies: readonly PolicyDescription[];
  /** Whether a violation says that the policy needs a value which a preview does not know. */
  isUndecidable(message: string): boolean;
  /** Whether a violation says that a deviation in force allows it. */
  isUnderDeviation(message: string): boolean;
}

/** A policy that is not met on purpose and for a time, from the stack's configuration. */
export interface Deviation {
  readonly policy: string;
  readonly reason: string;
  /** The last day, YYYY-MM-DD. */
  readonly until: string;
}

/** In the order of a report. "not met" is a policy for something that this stack does not have. */
const policyOutcomes = ["failed", "not run", "undecided", "deviates", "advised", "passed", "not met"] as const;
export type PolicyOutcome = (typeof policyOutcomes)[number];

export interface PolicyResult extends PolicyDescription {
  readonly outcome: PolicyOutcome;
  /** The violations, each with its resource; without a name it is about the whole stack. */
  readonly said: readonly { readonly resource: string; readonly message: string }[];
  /** The resources that passed, for a policy about some types only. */
  readonly passedOn: readonly string[];
}

/** The outcome of each policy of the pack, the worst first, and of any other that the engine reported. */
export function policyResults(record: PreviewRecord, pack: Pack): PolicyResult[] {
  const described = new Set(pack.policies.map(({ name }) => name));
  const spoken = new Set(record.violations.map(({ policyName }) => policyName));
  const unknown = { rule: "", reason: "", remedy: "", source: "", fence: "" };
  const others: PolicyDescription[] = [...spoken]
    .filter((name) => !described.has(name))
    .map((name) => ({ name, ...unknown }));
  const passes = passesOf(record);
  const silence = packRan(record) ? "not met" : "not run";
  const results = [...pack.policies, ...others].map((policy): PolicyResult => {
    const { name, rule, reason, remedy, source, fence, types } = policy;
    const against = record.violations.filter(({ policyName }) => policyName === name);
    const passedOn = passes
      .get(name)
      ?.filter((urn) => urn !== "" && (types === undefined || types.includes(partsOf(urn).type)));
    const met = passedOn !== undefined && (types === undefined || passedOn.length > 0);
    return {
      ...{ name, rule, reason, remedy, source, fence },
      outcome: worstOf(against, pack) ?? (met ? "passed" : silence),
      said: against.map(({ resourceUrn, message }) => ({
        resource: ownName(resourceUrn),
        message: ownWords(message, policy),
      })),
      passedOn: types === undefined ? [] : (passedOn ?? []).map(ownName),
    };
  });
  return results.sort((one, other) => policyOutcomes.indexOf(one.outcome) - policyOutcomes.indexOf(other.outcome));
}

/** The worst violation. Whatever is not expressly advisory is a failure. */
function worstOf(against: readonly Violation[], pack: Pack): PolicyOutcome | undefined {
  const each = against.map(({ message, enforcementLevel }): PolicyOutcome => {
    if (enforcementLevel !== "advisory") return "failed";
    if (pack.isUndecidable(message)) return "undecided";
    return pack.isUnderDeviation(message) ? "deviates" : "advised";
  });
  return policyOutcomes.find((outcome) => each.includes(outcome));
}

/** The engine skips policies of the stack when a step fails, and all policies when the program fails. */
export const packRan = ({ resourcePolicies, stackPolicies }: PreviewRecord): boolean =>
  resourcePolicies.length > 0 && stackPolicies.length > 0;

/** Without the rule, which the engine puts before the message, and the remedy, which the pack puts behind it. */
function ownWords(message: string, { rule, remedy }: PolicyDescription): string {
  const own = rule !== "" && message.startsWith(`${rule}\n`) ? message.slice(rule.length) : message;
  return (remedy === "" ? own : own.replace(`. ${remedy}`, ".")).trim();
}

/** The URNs that each policy passed; "" is the stack as a whole. */
function passesOf({ resourcePolicies, stackPolicies }: PreviewRecord): Map<string, string[]> {
  const passes = new Map<string, string[]>();
  for (const { resourceUrn, passed } of [...resourcePolicies, ...stackPolicies]) {
    for (const name of passed) {
      const urns = passes.get(name) ?? [];
      urns.push(resourceUrn);
      passes.set(name, urns);
    }
  }
  return passes;
}

const ownName = (urn: string) => (urn === "" || partsOf(urn).type === "pulumi:pulumi:Stack" ? "" : partsOf(urn).name);
