import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";

/** An Elastic IP that belongs to another stack: its allocation, and the address that peers pin. */
export interface KeptAddress {
  readonly allocationId: string;
  readonly address: string;
}

/**
 * An Elastic IP that peers pin. It stays when the stack goes: AWS gives a released address to somebody else, whom the peers
 * would then admit or dial.
 * @param adopted the allocation of one that an earlier stack left, to be taken over; otherwise it is a new one
 */
export const elasticIp = (
  name: string,
  options: pulumi.CustomResourceOptions,
  adopted: string | undefined,
): aws.ec2.Eip =>
  new aws.ec2.Eip(
    name,
    { domain: "vpc", tags: { Name: name } },
    { ...options, protect: true, retainOnDelete: true, ...(adopted === undefined ? {} : { import: adopted }) },
  );
