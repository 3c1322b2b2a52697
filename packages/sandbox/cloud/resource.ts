/** What the cloud keeps on record. Plain data: it is written to a file as it is. */
import type { Known, Properties } from "../plugins/rpc/schema.ts";
import type { Tags } from "./tags.ts";

/** An elastic network interface, of an instance or of a managed thing. */
export interface NetworkInterface {
  readonly id: string;
  readonly subnetId: string;
  readonly privateAddress: string;
}

/** What AWS keeps about a resource that neither its inputs nor its outputs show. */
export interface Facts {
  readonly interfaces?: readonly NetworkInterface[];
  readonly power?: "running" | "stopped";
  readonly rootVolumeId?: string;
  /** RFC 3339. */
  readonly madeAt?: string;
}

export interface Resource<I extends Properties = Properties, O extends Properties = Properties> {
  readonly type: string;
  readonly account: string;
  readonly region: string;
  readonly id: string;
  /** Its name in the Pulumi program, for messages. */
  readonly name: string;
  readonly inputs: Known<I>;
  readonly outputs: Known<O>;
  readonly facts: Facts;
}

/** A rule of a security group as the AWS API last told it. */
export interface ObservedRule {
  readonly id: string;
  readonly groupId: string;
  readonly egress: boolean;
  /** `tcp`, `udp`, `icmp`, or `-1` for all. */
  readonly protocol: string;
  /** -1 for all, as the API says it. */
  readonly fromPort: number;
  readonly toPort: number;
  readonly cidrIpv4?: string;
  readonly referencedSecurityGroupId?: string;
  readonly prefixListId?: string;
  readonly description?: string;
  readonly tags: Tags;
}
