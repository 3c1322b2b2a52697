import type { ResourceRule } from "../model/policy.ts";
import { types } from "../model/types.ts";

const hoursPerDay = 24;
const hoursPerYear = 8766;

export const lifetimesAreBounded: ResourceRule = {
  kind: "resource",
  name: "lifetimes-are-bounded",
  fence: "pki",
  rule: "Roots, intermediates and leaves are valid no longer than the bounds allow.",
  reason: "What was stolen unseen is good for as long as it is valid.",
  remedy: "Lower pki.lifetimes, or set another bound for this policy by --policy-pack-config.",
  source: "docs/pki.md; NIST SP 800-57 part 1, section 5.3.6",
  parameters: {
    rootYears: { default: 20, description: "Years that a root may be valid for, at most" },
    intermediateYears: { default: 10, description: "Years that an intermediate may be valid for, at most" },
    leafDays: { default: 90, description: "Days that a leaf may be valid for, at most" },
  },
  types: [types.selfSignedCert, types.locallySignedCert],
  *check({ type, props }, { parameters: { rootYears = 0, intermediateYears = 0, leafDays = 0 } }) {
    const hours: number = props.validityPeriodHours;
    const [what, bound] =
      type === types.selfSignedCert
        ? ["a root", rootYears * hoursPerYear]
        : props.isCaCertificate === true
          ? ["an intermediate", intermediateYears * hoursPerYear]
          : ["a leaf", leafDays * hoursPerDay];
    if (!(hours <= bound)) yield `${what} is valid for ${hours} hours, more than ${bound}`;
  },
};
