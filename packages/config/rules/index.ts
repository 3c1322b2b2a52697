import { accountRules } from "./account.ts";
import { hostRules } from "./host.ts";
import { leafNameRules } from "./leaf-names.ts";
import { networkRules } from "./network.ts";
import { peersRules } from "./peers.ts";
import { pkiRules } from "./pki.ts";
import { prometheusRules } from "./prometheus.ts";
import type { Rule } from "./rule.ts";
import { servicesRules } from "./services.ts";
import { waysRules } from "./ways.ts";

export type { Contradiction } from "./rule.ts";

const named = {
  ...accountRules,
  ...hostRules,
  ...networkRules,
  ...waysRules,
  ...pkiRules,
  ...leafNameRules,
  ...servicesRules,
  ...prometheusRules,
  ...peersRules,
};

export type RuleName = keyof typeof named;

/** Everything that keys demand of each other, by name. */
export const rules: Readonly<Record<RuleName, Rule>> = named;
