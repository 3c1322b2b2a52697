/** What the resources on record amount to: a pure function from the record to the topology that the realiser makes. */
import type { Topology } from "../model/topology.ts";
import { INTERNET_HOSTS, PREFIX_LISTS } from "./catalogue.ts";
import { snapshot } from "./ec2/snapshot.ts";
import { vpc } from "./ec2/vpc.ts";
import type { ObservedRule, Resource } from "./resource.ts";
import { Record } from "./topology/record.ts";
import { vpcOf } from "./topology/vpc.ts";

/** @param rules the rules of all security groups, as the AWS API tells them */
export function topologyOf(resources: readonly Resource[], rules: readonly ObservedRule[]): Topology {
  const record = new Record(resources, rules);
  return {
    vpcs: record.of(vpc).map((network) => vpcOf(record, network)),
    internetHosts: INTERNET_HOSTS,
    snapshots: record.of(snapshot).map(({ id, inputs }) => ({ id, volumeId: inputs.volumeId })),
    prefixLists: Object.fromEntries(PREFIX_LISTS.map((list) => [list.id, list.cidrs])),
  };
}
