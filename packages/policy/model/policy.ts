import type { Configuration } from "@metrics-link/config";
import type { PolicyResource, ResourceValidationArgs } from "@pulumi/policy";

/** What a policy belongs to: one of the three fences, or what stands behind them. */
export const fences = ["address", "client identity", "server identity", "pki", "host", "account"] as const;
export type Fence = (typeof fences)[number];

/** A resource as a policy sees it: what both of Pulumi's kinds of policy tell of it. Reading an unknown value throws. */
export type Seen = Pick<PolicyResource & ResourceValidationArgs, "type" | "name" | "urn" | "props" | "opts"> &
  Partial<Pick<PolicyResource, "provider">>;

/** One thing that a policy found. */
export interface Finding {
  /** A notice is for the reader alone, and stops nothing. */
  readonly kind: "violation" | "undecidable" | "notice";
  /** What was seen, and what would be right. */
  readonly message: string;
  readonly urn?: string | undefined;
}

/** What a policy may know besides the resources. */
export interface Context {
  /** The stack's own configuration. */
  readonly configuration: Configuration;
  /** What a person set for this policy, over its defaults. */
  readonly parameters: Readonly<Record<string, number>>;
  /** Milliseconds, UTC. */
  readonly now: number;
}

interface Facts {
  /** Unique; what configuration, deviations and events call it. */
  readonly name: string;
  readonly fence: Fence;
  /** What must hold. */
  readonly rule: string;
  /** What could happen otherwise. */
  readonly reason: string;
  /** What to do when it does not hold. */
  readonly remedy: string;
  /** Where the rule comes from: a design decision, an RFC, AWS or CIS. */
  readonly source: string;
  /** Numbers that a person may set, with their defaults. */
  readonly parameters?: Readonly<Record<string, { readonly default: number; readonly description: string }>>;
}

type Check<Subject> = (subject: Subject, context: Context) => Iterable<string | Finding>;

/** Asked before each resource of these types is made or changed: at an update it keeps it from happening. */
export interface ResourceRule extends Facts {
  readonly kind: "resource";
  /** Type tokens; without them every resource is asked about. */
  readonly types?: readonly string[];
  readonly check: Check<Seen>;
}

/** Asked once about all resources together, when they are there: after a preview, and again after the update. */
export interface StackRule extends Facts {
  readonly kind: "stack";
  readonly check: Check<readonly Seen[]>;
}

export type Policy = ResourceRule | StackRule;

/** Whether an error says that a value is not known yet. Its class is internal to `@pulumi/policy`. */
export const isUnknownValue = (error: unknown): error is Error =>
  error instanceof Error && error.constructor.name === "UnknownValueError";

/**
 * The findings of one question, in which a value that is not known becomes a finding of its own. What other questions
 * found, and what this one found before, stays found.
 */
export function* asked(subject: Seen | undefined, question: () => Iterable<string | Finding>): Generator<Finding> {
  const urn = subject?.urn;
  try {
    for (const found of question()) {
      yield typeof found === "string" ? { kind: "violation", message: found, urn } : found;
    }
  } catch (error) {
    if (!isUnknownValue(error)) throw error;
    yield { kind: "undecidable", message: error.message, urn };
  }
}

/** Asks the same of several resources. */
export function* each(
  resources: Iterable<Seen>,
  question: (resource: Seen) => Iterable<string | Finding>,
): Generator<Finding> {
  for (const resource of resources) yield* asked(resource, () => question(resource));
}

/** Everything that a policy finds. */
export function findingsOf(
  policy: Policy,
  subject: Seen | readonly Seen[],
  context: Omit<Context, "parameters"> & { readonly parameters?: Readonly<Record<string, number>> },
): Finding[] {
  if (policy.kind === "resource" && policy.types && !policy.types.includes((subject as Seen).type)) return [];
  const defaults = Object.entries(policy.parameters ?? {}).map(([name, { default: value }]) => [name, value] as const);
  const full = { ...context, parameters: { ...Object.fromEntries(defaults), ...context.parameters } };
  if (policy.kind === "stack") return [...asked(undefined, () => policy.check(subject as readonly Seen[], full))];
  const resource = subject as Seen;
  return [...asked(resource, () => policy.check(resource, full))];
}
