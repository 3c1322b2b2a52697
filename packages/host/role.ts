import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { instancePolicy, instanceTrustPolicy } from "./instance-policy.ts";

export interface InstanceRole {
  readonly role: aws.iam.Role;
  readonly policy: aws.iam.RolePolicy;
  readonly profile: aws.iam.InstanceProfile;
}

/** The role of one host: it reads its own releases and its own secret, and can do nothing else in the account. */
export function instanceRole(
  name: string,
  args: {
    readonly roleName: string;
    readonly hostName: string;
    readonly account: { readonly id: string; readonly region: string };
    readonly bucketArn: pulumi.Input<string>;
    readonly secretArn: pulumi.Input<string>;
    readonly keyArn: pulumi.Input<string>;
    readonly tags: Readonly<Record<string, string>>;
  },
  own: pulumi.CustomResourceOptions,
): InstanceRole {
  const role = new aws.iam.Role(
    `${name}-role`,
    {
      name: args.roleName,
      description: `The metrics-link host ${args.hostName}`,
      assumeRolePolicy: JSON.stringify(instanceTrustPolicy),
      tags: { ...args.tags, Name: `${name}-role` },
    },
    own,
  );
  const document = pulumi.all([args.bucketArn, args.secretArn, args.keyArn]).apply(([bucketArn, secretArn, keyArn]) =>
    JSON.stringify(
      instancePolicy({
        hostName: args.hostName,
        account: args.account,
        // arn:aws-cn:... and arn:aws-us-gov:... differ in this alone.
        partition: bucketArn.split(":")[1] ?? "aws",
        bucketArn,
        secretArn,
        keyArn,
      }),
    ),
  );
  const policy = new aws.iam.RolePolicy(`${name}-policy`, { name: "host", role: role.id, policy: document }, own);
  const profile = new aws.iam.InstanceProfile(
    `${name}-profile`,
    { name: args.roleName, role: role.name, tags: { ...args.tags, Name: `${name}-profile` } },
    own,
  );
  return { role, policy, profile };
}
