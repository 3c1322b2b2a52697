/** Keys of an account and its role that contradict each other: the cases of rules.test.ts about them. */
import type { RuleName } from "@metrics-link/config";
import type { Case } from "./peers-cases.ts";

/** By the name of the rule. */
export const accountCases = {
  arnsOfThisAccount: [
    {
      change: { "account.assumeRole": "arn:aws:iam::333333333333:role/deploy" },
      told: { "account.assumeRole": /an ARN of account 111111111111/ },
      right: { "account.assumeRole": "arn:aws:iam::111111111111:role/deploy" },
    },
    {
      change: { "account.permissionsBoundary": "arn:aws:iam::333333333333:policy/bound" },
      told: { "account.permissionsBoundary": /an ARN of account 111111111111/ },
      right: { "account.permissionsBoundary": "arn:aws:iam::111111111111:policy/bound" },
    },
  ],
  arnsOfThisPartition: [
    {
      change: { "account.assumeRole": "arn:aws-cn:iam::111111111111:role/deploy" },
      told: { "account.assumeRole": /begins with arn:aws:, as eu-west-1 has it/ },
      right: { "account.assumeRole": "arn:aws:iam::111111111111:role/deploy" },
    },
  ],
  sessionsOfARole: [
    {
      change: { "account.assumeRole": undefined, "account.externalId": "x7", "account.sessionDuration": "1h" },
      told: { "account.externalId": /without account.assumeRole/, "account.sessionDuration": /remove it/ },
      right: { "account.externalId": "x7", "account.sessionName": "ci", "account.sessionDuration": "12h" },
    },
    {
      change: { "account.assumeRole": undefined, "account.sessionName": "ci" },
      told: { "account.sessionName": /without account.assumeRole/ },
      right: { "account.sessionName": "ci" },
    },
  ],
} satisfies Partial<Record<RuleName, readonly Case[]>>;
