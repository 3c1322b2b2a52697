import { architectureOf } from "../instance-type.ts";
import type { Rule } from "./rule.ts";

/** A type for a remedy. */
const examples = { x86_64: "t3.small", arm64: "t4g.small" } as const;

export const hostRules = {
  typeOfTheProcessor: {
    keys: ["host.architecture", "host.instanceType"],
    says: "The instance type has the processor of `host.architecture`.",
    *broken({ host }) {
      const { architecture, instanceType } = host ?? {};
      if (architecture === undefined || instanceType === undefined) return;
      const found = architectureOf(instanceType);
      if (found === architecture) return;
      yield {
        path: ["host", "instanceType"],
        remedy: `a type for ${architecture}, such as ${examples[architecture]}; or host.architecture: ${found} with an image for it`,
      };
    },
  },
} satisfies Record<string, Rule>;
