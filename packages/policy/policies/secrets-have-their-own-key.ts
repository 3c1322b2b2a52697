import type { ResourceRule } from "../model/policy.ts";
import { types } from "../model/types.ts";

export const secretsHaveTheirOwnKey: ResourceRule = {
  kind: "resource",
  name: "secrets-have-their-own-key",
  fence: "host",
  rule: "A secret is under a customer-managed key, which rotates and is not gone within a week.",
  reason: "Under AWS' own key every role of the account with the right to read secrets can open it.",
  remedy: "Set kmsKeyId of the secret, enableKeyRotation of the key, and a deletion window of 30 days.",
  source: "docs/decisions/0202; CIS AWS Foundations 3.6; AWS Security Hub KMS.4",
  types: [types.secret, types.key],
  *check({ type, props }) {
    if (type === types.secret) {
      if (!props.kmsKeyId) yield "kmsKeyId is not set";
      return;
    }
    if (props.enableKeyRotation !== true) yield "enableKeyRotation is not true";
    if ((props.deletionWindowInDays ?? 30) < 14) yield `deletionWindowInDays is ${props.deletionWindowInDays}`;
  },
};
