import { LinkError } from "@metrics-link/contract";
import { hostNameText } from "@metrics-link/release";

/**
 * The names of a host's own resources. IAM is global, so its names contain the region. AWS allows 64 characters for a role.
 * @throws LinkError `AWS_LIMIT` when a name is too long
 */
export function hostNames(hostName: string, region: string) {
  hostNameText.parse(hostName);
  return {
    role: within(64, "role", `metrics-link-${hostName}-${region}`),
    keyAlias: `alias/metrics-link/${hostName}`,
    secret: `metrics-link/${hostName}/release`,
  };
}

/** Bucket names are global, so this one contains the account's id (AWS: 3 to 63 of a-z, 0-9, . and -). */
export function bucketName(storeName: string, account: { readonly id: string; readonly region: string }): string {
  return within(63, "bucket", `metrics-link-${storeName}-${account.id}-${account.region}`);
}

function within(limit: number, what: string, name: string): string {
  if (name.length <= limit) return name;
  throw new LinkError("AWS_LIMIT", {
    what: `The ${what} name ${name} has ${name.length} characters, AWS allows ${limit}`,
    next: "shorten the host's name",
  });
}
