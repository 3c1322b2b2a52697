import type { Configuration } from "@metrics-link/config";
import { hasCode, LinkError } from "@metrics-link/contract";
import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { type OwnOutputs, ownStack } from "./own-outputs.ts";

/** The value of the tag `project` on everything that the program makes. */
export const project = "metrics-link";

/**
 * The stack's single AWS provider, bound to the configured account: with another account's credentials the update fails
 * before it starts.
 */
export function accountProvider({
  account,
  role,
}: Pick<Configuration, "account"> & { readonly role: string }): aws.Provider {
  const options: aws.ProviderArgs = {
    region: account.region as aws.Region,
    allowedAccountIds: [account.id],
    defaultTags: { tags: { project, role } },
  };
  const { assumeRole: roleArn, externalId, sessionName, sessionDuration: duration } = account;
  if (roleArn === undefined) return new aws.Provider("account", options);
  const session = {
    ...(externalId === undefined ? {} : { externalId }),
    ...(sessionName === undefined ? {} : { sessionName }),
    ...(duration === undefined ? {} : { duration }),
  };
  return new aws.Provider("account", { ...options, assumeRoles: [{ roleArn, ...session }] });
}

/** Makes every AWS resource below a component use the account's provider. */
export const inAccount = (provider: aws.Provider): pulumi.ComponentResourceOptions => ({
  providers: { aws: provider },
});

/**
 * Requires that no other stack has this role in this account and region: bucket, secret, key alias and role of a host have
 * fixed names (docs/decisions/0005). A stack that has been updated has them already. Until then it looks for a network of
 * its role, which each stack tags with its name.
 * @throws LinkError `ACCOUNT_TAKEN` naming the other stack, before anything is made
 */
export async function requireFreeAccount(
  { account, role }: Pick<Configuration, "account" | "role">,
  { inForce }: Pick<OwnOutputs, "inForce">,
  provider: aws.Provider,
): Promise<void> {
  if (inForce.instanceId !== undefined) return;
  const { ids } = await aws.ec2.getVpcs({ tags: { project, role } }, { provider });
  const found = await Promise.all(ids.map((id) => aws.ec2.getVpc({ id }, { provider })));
  const other = found.find(({ tags }) => tags.stack !== ownStack());
  if (other === undefined) return;
  const { stack = "an older release of this program, without the tag stack" } = other.tags;
  throw new LinkError("ACCOUNT_TAKEN", {
    what:
      `account ${account.id} has a ${role} in ${account.region} already: network ${other.id} of ${stack}. ` +
      `One account and region carries one ${role}; this stack is ${ownStack()}`,
    next:
      `update ${other.tags.stack ?? "that stack"}, or set another metrics-link:account.id or account.region here. If this ` +
      "stack was renamed before its first update had succeeded, rename it back",
  });
}

/**
 * Plans with certificates. A stack file that was copied from the first stack of its role names that one's certificates: then the
 * account is the reason that counts, and no other certificates would help.
 * @throws LinkError `ACCOUNT_TAKEN`, or else what `plan` throws
 */
export async function unlessTaken<Plan>(
  plan: () => Plan,
  configuration: Pick<Configuration, "account" | "role">,
  own: Pick<OwnOutputs, "inForce" | "pki">,
): Promise<Plan> {
  try {
    return plan();
  } catch (error) {
    const isFirst = own.pki === undefined && hasCode(error, "CEREMONY_INVALID");
    if (isFirst) await requireFreeAccount(configuration, own, accountProvider(configuration));
    throw error;
  }
}
