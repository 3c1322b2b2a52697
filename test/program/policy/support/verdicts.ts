import { type Finding, findingsOf, type Policy, policies } from "@metrics-link/policy";
import type { Deployed } from "./deployed.ts";

export interface Verdict extends Finding {
  readonly policy: string;
}

/** The whole pack's findings on a stack. */
export function verdicts({ configuration, inputs, outputs }: Deployed, asked: readonly Policy[] = policies): Verdict[] {
  const context = { configuration, now: Date.now() };
  return asked.flatMap((policy) => {
    const findings =
      policy.kind === "stack"
        ? findingsOf(policy, outputs, context)
        : inputs.flatMap((resource) => findingsOf(policy, resource, context));
    return findings.map((finding) => ({ policy: policy.name, ...finding }));
  });
}
