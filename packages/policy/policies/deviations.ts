import { isKeepRule } from "@metrics-link/config";
import { isInForce, underDeviation } from "../model/deviations.ts";
import { type AnyConfiguration, type Policy, stackRule } from "../model/policy.ts";

/** @param names of all other policies: a deviation from this one is not possible */
export const deviationsAreWritten = (names: readonly string[]): Policy<AnyConfiguration> =>
  stackRule(
    {
      name: "deviations-are-written",
      fence: "account",
      rule: "Each deviation names a policy, ends within a bounded time, and is reported while it is in force.",
      reason: "A deviation that nobody sees becomes the rule.",
      remedy: "Fix what policy.deviations allows and remove the entry, or give it a new end and a new reason.",
      source: "docs/decisions/0400; ISO/IEC 27001 Annex A 5.36",
      parameters: { days: { default: 366, description: "Days from now that a deviation may last, at most" } },
    },
    function* (_resources, { configuration: { policy }, now, parameters: { days = 0 } }) {
      for (const deviation of policy.deviations) {
        const { policy: name, until, reason } = deviation;
        if (!names.includes(name) && !isKeepRule(name)) yield `there is a deviation from ${name}, which is no policy`;
        if (!isInForce(deviation, now)) yield `the deviation from ${name} ended on ${until} and is still configured`;
        else if (Date.parse(until) > now + days * 86_400_000) {
          yield `the deviation from ${name} lasts until ${until}, more than ${days} days`;
        } else yield { kind: "notice", message: underDeviation(until, reason, `the policy ${name} is suspended`) };
      }
    },
  );
