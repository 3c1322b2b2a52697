import type { Configuration } from "@metrics-link/config";
import { type Inputs, type Kind, type Seen, types } from "./resources.ts";

/** What a policy protects: one of the three fences, or what stands behind them. */
export const fences = ["address", "client identity", "server identity", "pki", "host", "account"] as const;
type Fence = (typeof fences)[number];

/** What a policy found. */
export interface Finding {
  /** A notice informs the reader and stops nothing. */
  readonly kind: "violation" | "undecidable" | "notice";
  /** The value seen, and the value expected. */
  readonly message: string;
  readonly urn?: string | undefined;
}

/** What the configuration of every stack has, with a host or without: policies that need no more judge exchange stacks too. */
export type AnyConfiguration = Pick<Configuration, "account" | "policy"> & {
  readonly role: string;
  readonly exchange?: string | undefined;
};

/** What a policy knows besides the resources. */
export interface Context<Known = Configuration> {
  /** The stack's own configuration. */
  readonly configuration: Known;
  /** The policy's parameters: its defaults, overridden by CrossGuard's configuration. */
  readonly parameters: Readonly<Record<string, number>>;
  /** Milliseconds, UTC. */
  readonly now: number;
}

/** What docs/policies.md and a violation say about a policy. */
export interface Facts {
  /** Unique. Configuration, deviations and events refer to it. */
  readonly name: string;
  readonly fence: Fence;
  /** What must hold. */
  readonly rule: string;
  /** What could happen otherwise. */
  readonly reason: string;
  /** What to do when it does not hold. */
  readonly remedy: string;
  /** The origin of the rule: a design decision, an RFC, AWS or CIS. */
  readonly source: string;
  /** Numbers that CrossGuard's configuration may set, with their defaults. */
  readonly parameters?: Readonly<Record<string, { readonly default: number; readonly description: string }>>;
}

export type Findings = Iterable<string | Finding>;

/** Runs before each resource of these types is created or changed. During an update, a violation stops that resource. */
export interface ResourceRule<Known = Configuration> extends Facts {
  readonly kind: "resource";
  /** Type tokens; every resource if absent. */
  readonly types?: readonly string[];
  readonly check: (resource: Seen, context: Context<Known>) => Findings;
}

/** Runs once over all resources: after a preview, and again after the update. */
export interface StackRule<Known = Configuration> extends Facts {
  readonly kind: "stack";
  readonly check: (resources: readonly Seen[], context: Context<Known>) => Findings;
}

export type Policy<Known = Configuration> = ResourceRule<Known> | StackRule<Known>;

/** A check for each resource type, with the properties as the SDK types them. */
type Checks<Known> = {
  readonly [K in Kind]?: (props: Inputs<K>, context: Context<Known>, resource: Seen) => Findings;
};

/** A policy that judges resources of some types, one by one. */
export function resourceRule<Known = Configuration>(facts: Facts, checks: Checks<Known>): ResourceRule<Known> {
  const byToken = new Map<string, (props: Seen["props"], context: Context<Known>, resource: Seen) => Findings>(
    Object.entries(checks).map(([kind, check]) => [types[kind as Kind], check]),
  );
  return {
    kind: "resource",
    ...facts,
    types: [...byToken.keys()],
    check: (resource, context) => byToken.get(resource.type)?.(resource.props, context, resource) ?? [],
  };
}

/** A policy that judges every resource, whatever its type. */
export const everyResourceRule = <Known = Configuration>(
  facts: Facts,
  check: ResourceRule<Known>["check"],
): ResourceRule<Known> => ({
  kind: "resource",
  ...facts,
  check,
});

/** A policy that judges all resources together. */
export const stackRule = <Known = Configuration>(facts: Facts, check: StackRule<Known>["check"]): StackRule<Known> => ({
  kind: "stack",
  ...facts,
  check,
});

/** Whether an error says that a value is not known yet. Its class is internal to `@pulumi/policy`. */
export const isUnknownValue = (error: unknown): error is Error =>
  error instanceof Error && error.constructor.name === "UnknownValueError";

/**
 * The findings of one check. If it reads a value that is not known yet, it ends with the finding `undecidable`; what it
 * found before that, and what other checks find, still counts.
 */
export function* checked(subject: Pick<Seen, "urn"> | undefined, check: () => Findings): Generator<Finding> {
  const urn = subject?.urn;
  try {
    for (const found of check()) {
      yield typeof found === "string" ? { kind: "violation", message: found, urn } : found;
    }
  } catch (error) {
    if (!isUnknownValue(error)) throw error;
    yield { kind: "undecidable", message: error.message, urn };
  }
}

/** Runs the same check on several resources. */
export function* each<Resource extends Pick<Seen, "urn">>(
  resources: Iterable<Resource>,
  check: (resource: Resource) => Findings,
): Generator<Finding> {
  for (const resource of resources) yield* checked(resource, () => check(resource));
}

/** All findings of a policy. Parameters that are not given have their defaults. */
export function findingsOf<Known = Configuration>(
  policy: Policy<Known>,
  subject: Seen | readonly Seen[],
  context: Omit<Context<Known>, "parameters"> & { readonly parameters?: Readonly<Record<string, number>> },
): Finding[] {
  if (policy.kind === "resource" && policy.types && !policy.types.includes((subject as Seen).type)) return [];
  const defaults = Object.entries(policy.parameters ?? {}).map(([name, { default: value }]) => [name, value] as const);
  const full = { ...context, parameters: { ...Object.fromEntries(defaults), ...context.parameters } };
  if (policy.kind === "stack") return [...checked(undefined, () => policy.check(subject as readonly Seen[], full))];
  const resource = subject as Seen;
  return [...checked(resource, () => policy.check(resource, full))];
}
