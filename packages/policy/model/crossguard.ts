import { join } from "node:path";
import {
  type Configuration,
  configurationNamespace,
  configurationOf,
  type ExchangeConfiguration,
  isExchange,
  parseConfiguration,
  parseExchange,
} from "@metrics-link/config";
import { readFleetFolder } from "@metrics-link/fleet/folder/index.ts";
import type {
  EnforcementLevel,
  ReportViolation,
  ResourceValidationPolicy,
  Policy as SdkPolicy,
  StackValidationPolicy,
} from "@pulumi/policy";
import * as pulumi from "@pulumi/pulumi";
import { verdictOn } from "./deviations.ts";
import { type AnyConfiguration, type Context, type Facts, type Finding, findingsOf, type Policy } from "./policy.ts";
import type { Seen } from "./resources.ts";

/**
 * The policies in CrossGuard's form.
 * @param ofExchange those of them that judge an exchange stack
 */
export function crossGuardPolicies(
  policies: readonly Policy[],
  ofExchange: readonly Policy<AnyConfiguration>[] = [],
): (ResourceValidationPolicy | StackValidationPolicy)[] {
  const configuration = once(readConfiguration);
  const judge = (policy: Policy, subject: Seen | readonly Seen[], args: Args, report: ReportViolation) => {
    const found = configuration();
    if (found.role !== "exchange") return run(policy, found, subject, args, report);
    const own = ofExchange.find(({ name }) => name === policy.name);
    if (own !== undefined) run(own, found, subject, args, report);
  };
  return policies.map((policy) =>
    policy.kind === "resource"
      ? { ...described(policy), validateResource: (args, report) => judge(policy, args, args, report) }
      : { ...described(policy), validateStack: (args, report) => judge(policy, args.resources, args, report) },
  );
}

interface Args {
  getConfig<T extends object>(): T;
}

function run<Known extends AnyConfiguration>(
  policy: Policy<Known>,
  configuration: Known,
  subject: Seen | readonly Seen[],
  { getConfig }: Args,
  report: ReportViolation,
): void {
  const context = { configuration, now: Date.now() };
  const findings = findingsOf(policy, subject, { ...context, parameters: getConfig<Context["parameters"]>() });
  for (const finding of findings) reportFinding(policy, finding, context, report);
}

function described({ name, rule, reason, remedy, source, fence, parameters = {} }: Facts): SdkPolicy {
  const properties = Object.entries(parameters).map(
    ([key, { default: value, description }]) => [key, { type: "number", default: value, description }] as const,
  );
  return {
    name,
    description: rule,
    displayName: rule,
    enforcementLevel: "mandatory",
    remediationSteps: `${reason} ${remedy} (${source})`,
    tags: [fence],
    ...(properties.length > 0 ? { configSchema: { properties: Object.fromEntries(properties) } } : {}),
  } as SdkPolicy;
}

interface Violation {
  readonly message: string;
  readonly urn?: string | undefined;
  readonly enforcementLevel?: EnforcementLevel;
}

/**
 * Reports a finding at its own level. The SDK accepts an object with a level where its types declare a string only;
 * Pulumi's own packs use it this way (@pulumi/compliance-policy-manager).
 */
function reportFinding(
  policy: Facts,
  finding: Finding,
  { configuration, now }: Pick<Context<AnyConfiguration>, "configuration" | "now">,
  report: ReportViolation,
): void {
  const { deviations } = configuration.policy;
  const { message, level } = verdictOn(policy, finding, { deviations, now });
  const reportWithLevel = report as (violation: string | Violation, urn?: string) => void;
  reportWithLevel(
    { message, urn: finding.urn, ...(level === "as configured" ? {} : { enforcementLevel: level }) },
    finding.urn,
  );
}

/** @throws InvalidInputError if the stack's configuration is invalid: a pack that cannot read it must not pass */
function readConfiguration(): Configuration | ExchangeConfiguration {
  const raw = configurationOf(configurationNamespace, pulumi.runtime.allConfig());
  if (isExchange(raw)) return parseExchange(raw);
  return parseConfiguration(raw, undefined, undefined, readFleetFolder(repositoryRoot, raw));
}

/** That of the checkout which the pack is in: a review lays the files that a configuration names beside it. */
const repositoryRoot = join(import.meta.dirname, "..", "..", "..");

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
