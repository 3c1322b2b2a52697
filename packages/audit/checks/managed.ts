import type { Endpoint, Group } from "../evidence.ts";

/**
 * What AWS itself puts into a VPC where an organisation has GuardDuty's Runtime Monitoring: an endpoint, and a group for it
 * that lets hosts of the network in on 443 (GuardDuty User Guide, "Runtime Monitoring, security agent"). No update makes
 * them, and no host of ours can use them: none has a rule towards that group.
 */
const guardDutyGroup = /^GuardDutyManagedSecurityGroup-vpc-[0-9a-f]+$/;

/** A group of that name with any other way in is somebody's disguise. */
export const isManagedGroup = ({ groupName, rules }: Group & { readonly groupName?: string }): boolean =>
  guardDutyGroup.test(groupName ?? "") &&
  rules.every((rule) => rule.startsWith("egress ") || rule.startsWith("ingress tcp 443 "));

export const isManagedEndpoint = ({ service }: Endpoint, region: string): boolean =>
  service === `com.amazonaws.${region}.guardduty-data`;
