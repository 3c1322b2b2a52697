import type { ResourceRule } from "../model/policy.ts";

export const accountIsBound: ResourceRule = {
  kind: "resource",
  name: "account-is-bound",
  fence: "account",
  rule: "Every AWS resource comes from a provider that is bound to the account of the configuration.",
  reason: "With the credentials of another account everything would be made there, without a word.",
  remedy: "Pass the provider of stacks/account.ts on, and keep aws in pulumi:disable-default-providers.",
  source: "docs/architecture.md; Pulumi's documentation, Explicit provider configuration and allowedAccountIds",
  *check({ type, provider }, { configuration: { account } }) {
    if (!type.startsWith("aws:")) return;
    if (provider === undefined || provider.name.startsWith("default")) {
      yield `it comes from ${provider?.name ?? "no provider that is known"}, a default provider`;
      return;
    }
    const { allowedAccountIds, region } = provider.props;
    const ids: string[] =
      typeof allowedAccountIds === "string" ? JSON.parse(allowedAccountIds) : (allowedAccountIds ?? []);
    if (ids.length !== 1 || ids[0] !== account.id) {
      yield `the provider ${provider.name} is bound to ${ids.join(", ") || "no account"} instead of ${account.id}`;
    }
    if (region !== account.region) yield `the provider ${provider.name} is in ${region} instead of ${account.region}`;
  },
};
