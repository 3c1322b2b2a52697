import type { Configuration } from "@metrics-link/config";
import { releaseKeys } from "@metrics-link/release";
import { type Account, accountOf } from "./known-rights.ts";

/** What a property has to be: a value, a text of a form, or, of a list, how many members. */
export type Expected = string | boolean | RegExp | { readonly members: number };

/**
 * Values that no other policy looks at and that say who a host is, what it runs first, and what runs on the machine of the
 * update. By type and path.
 */
export function knownValues(
  configuration: Configuration,
): Readonly<Record<string, Readonly<Record<string, Expected>>>> {
  const account = accountOf(configuration);
  const { host, region } = account;
  const role = `metrics-link-${host}-${region}`;
  return {
    "aws:ec2/instance:Instance": {
      ami: configuration.host.imageId,
      iamInstanceProfile: role,
      instanceType: configuration.host.instanceType,
      "metadataOptions.httpEndpoint": "enabled",
      userDataReplaceOnChange: false,
      vpcSecurityGroupIds: { members: 1 },
    },
    "aws:iam/instanceProfile:InstanceProfile": { name: role, role },
    "aws:iam/role:Role": { name: role },
    "aws:iam/rolePolicy:RolePolicy": { name: "host" },
    "aws:kms/alias:Alias": { name: `alias/metrics-link/${host}` },
    "aws:s3/bucket:Bucket": { bucket: bucketOf(account) },
    "aws:s3/bucketObjectv2:BucketObjectv2": { bucket: bucketOf(account), key: keysOf(account) },
    "aws:secretsmanager/secret:Secret": { name: `metrics-link/${host}/release` },
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": { referencedSecurityGroupId: ownGroup },
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": { referencedSecurityGroupId: ownGroup },
    "command:local:Command": {
      addPreviousOutputInEnv: false,
      // Relative to where the program runs: the folder of `main` in Pulumi.yaml, or the repository in a test.
      create: /node (\.\.\/)?packages\/host\/converge\/main\.ts/,
      "environment.METRICS_LINK_ASSUME_ROLE": configuration.account.assumeRole ?? "",
      "environment.METRICS_LINK_REGION": region,
    },
    "pulumi:providers:aws": {
      "assumeRoles[].roleArn": configuration.account.assumeRole ?? "",
      region,
    },
  };
}

/** A group of this account: one of another is named with its account in front. */
const ownGroup = /[a-z0-9-]+/;

const bucketOf = ({ host, id, region }: Account) => `metrics-link-${host}-${id}-${region}`;

/** Tools and the agent by their hashes; of the host its first-boot list, its releases, and the pointer at one. */
const keysOf = ({ host }: Account) => {
  const current = releaseKeys.current(host).replaceAll(".", "\\.");
  const hash = "[0-9a-f]{64}";
  return new RegExp(
    `(tools/[a-z0-9_-]+/[0-9A-Za-z.+~-]+/${hash}[a-z0-9.]*|agent/${hash}\\.mjs|${current}|releases/${host}/(bootstrap\\.txt|${hash}\\.json))`,
  );
};

/** What is wrong with a value, or undefined. */
export function faultOf(found: unknown, expected: Expected): string | undefined {
  if (expected instanceof RegExp) {
    const whole = new RegExp(`^(?:${expected.source})$`);
    return typeof found === "string" && whole.test(found) ? undefined : `${JSON.stringify(found)}, which is not known`;
  }
  if (typeof expected === "object") {
    const count = Array.isArray(found) ? found.length : 0;
    return count === expected.members ? undefined : `of ${count} members instead of ${expected.members}`;
  }
  return found === expected ? undefined : `${JSON.stringify(found)} instead of ${JSON.stringify(expected)}`;
}
