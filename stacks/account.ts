import type { Configuration } from "@metrics-link/config";
import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";

/**
 * The stack's single AWS provider, bound to the configured account: with another account's credentials the update fails
 * before it starts.
 */
export function accountProvider({ account, role }: Configuration): aws.Provider {
  const options: aws.ProviderArgs = {
    region: account.region as aws.Region,
    allowedAccountIds: [account.id],
    defaultTags: { tags: { project: "metrics-link", role } },
  };
  const assumed = account.assumeRole === undefined ? {} : { assumeRoles: [{ roleArn: account.assumeRole }] };
  return new aws.Provider("account", { ...options, ...assumed });
}

/** Makes every AWS resource below a component use the account's provider. */
export const inAccount = (provider: aws.Provider): pulumi.ComponentResourceOptions => ({
  providers: { aws: provider },
});
