import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type InstancePolicyInput, instancePolicy, instanceTrustPolicy } from "./policies.ts";

export interface HostRole {
  readonly role: aws.iam.Role;
  readonly profile: aws.iam.InstanceProfile;
}

/** The role of one host, which can do nothing yet, and never anything beyond its boundary. */
export function hostRole(
  name: string,
  args: {
    readonly roleName: string;
    readonly hostName: string;
    readonly permissionsBoundary: string | undefined;
    readonly tags: Readonly<Record<string, string>>;
  },
  own: pulumi.CustomResourceOptions,
): HostRole {
  const role = new aws.iam.Role(
    `${name}-role`,
    {
      name: args.roleName,
      description: `The metrics-link host ${args.hostName}`,
      assumeRolePolicy: JSON.stringify(instanceTrustPolicy),
      ...(args.permissionsBoundary === undefined ? {} : { permissionsBoundary: args.permissionsBoundary }),
      tags: { ...args.tags, Name: `${name}-role` },
    },
    own,
  );
  const profile = new aws.iam.InstanceProfile(
    `${name}-profile`,
    { name: args.roleName, role: role.name, tags: { ...args.tags, Name: `${name}-profile` } },
    own,
  );
  return { role, profile };
}

/** Lets the role read its own releases and its own secret, from its own network, and do nothing else in the account. */
export function hostRights(
  name: string,
  args: Pick<InstancePolicyInput, "hostName" | "account"> & {
    readonly role: aws.iam.Role;
    readonly bucketArn: pulumi.Input<string>;
    readonly secretArn: pulumi.Input<string>;
    readonly keyArn: pulumi.Input<string>;
    readonly vpcId: pulumi.Input<string>;
  },
  own: pulumi.CustomResourceOptions,
): aws.iam.RolePolicy {
  const { hostName, account, role } = args;
  const found = pulumi.all([args.bucketArn, args.secretArn, args.keyArn, args.vpcId]);
  const policy = found.apply(([bucketArn, secretArn, keyArn, vpcId]) =>
    JSON.stringify(
      instancePolicy({
        hostName,
        account,
        // arn:aws-cn:... and arn:aws-us-gov:... differ in this alone.
        partition: bucketArn.split(":")[1] ?? "aws",
        bucketArn,
        secretArn,
        keyArn,
        vpcId,
      }),
    ),
  );
  return new aws.iam.RolePolicy(`${name}-policy`, { name: "host", role: role.id, policy }, own);
}
