import { isKeepRule } from "@metrics-link/config";
import { isInForce } from "../model/deviations.ts";
import { underDeviation } from "../model/message.ts";
import type { StackRule } from "../model/policy.ts";

/** @param known the names of all other policies */
export const deviationsAreWritten = (known: readonly string[]): StackRule => ({
  kind: "stack",
  name: "deviations-are-written",
  fence: "account",
  rule: "Each deviation names a policy, ends within a bounded time, and is reported for as long as it stands.",
  reason: "A deviation that nobody sees becomes the rule.",
  remedy: "Mend what policy.deviations allows and remove the entry, or give it a new end with a new reason.",
  source: "docs/decisions/0400; ISO/IEC 27001 Annex A 5.36",
  parameters: { days: { default: 366, description: "Days from now that a deviation may last, at most" } },
  *check(_resources, { configuration: { policy }, now, parameters: { days = 0 } }) {
    for (const deviation of policy.deviations) {
      const { policy: name, until, reason } = deviation;
      if (!known.includes(name) && !isKeepRule(name)) yield `there is a deviation from ${name}, which is no policy`;
      if (!isInForce(deviation, now)) yield `the deviation from ${name} ended on ${until} and is still written down`;
      else if (Date.parse(until) > now + days * 86_400_000)
        yield `the deviation from ${name} lasts until ${until}, more than ${days} days`;
      else yield { kind: "notice", message: underDeviation(until, reason, `the policy ${name} is suspended`) };
    }
  },
});
