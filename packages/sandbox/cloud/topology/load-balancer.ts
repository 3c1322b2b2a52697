/** Load balancers of the topology. */
import type { LoadBalancer, LoadBalancerListener } from "../../model/topology.ts";
import { eip } from "../ec2/eip.ts";
import { instance } from "../ec2/instance.ts";
import { subnet } from "../ec2/subnet.ts";
import { listener, targetGroupArnOf } from "../lb/listener.ts";
import type { LoadBalancerResource } from "../lb/load-balancer.ts";
import { DEFAULT_HEALTH_CHECK, type TargetGroup, targetGroup } from "../lb/target-group.ts";
import { targetGroupAttachment } from "../lb/target-group-attachment.ts";
import type { Record } from "./record.ts";

export function loadBalancerOf(record: Record, balancer: LoadBalancerResource): LoadBalancer {
  const zoneOf = (subnetId: string) => record.find(subnet, subnetId)?.outputs.availabilityZone ?? "";
  const zones = balancer.inputs.subnetMappings.map(({ subnetId }) => zoneOf(subnetId));
  /** Targets elsewhere get nothing (Network Load Balancers, "Target health status", `unused`). */
  const isEnabled = ({ inputs }: Instance) => zones.includes(zoneOf(inputs.subnetId));
  return {
    id: balancer.id,
    name: balancer.inputs.name,
    dnsName: balancer.outputs.dnsName,
    nodes: (balancer.facts.interfaces ?? []).map(({ subnetId, privateAddress }) => {
      const mapping = balancer.inputs.subnetMappings.find((item) => item.subnetId === subnetId);
      const address = record.find(eip, mapping?.allocationId)?.outputs.publicIp;
      return {
        subnetId,
        zone: zoneOf(subnetId),
        privateAddress,
        ...(address === undefined ? {} : { publicAddress: address }),
      };
    }),
    crossZone: balancer.inputs.enableCrossZoneLoadBalancing,
    securityGroupIds: balancer.inputs.securityGroups ?? [],
    listeners: record
      .where(listener, (inputs) => inputs.loadBalancerArn === balancer.id)
      .flatMap((item) => {
        const group = record.find(targetGroup, targetGroupArnOf(item.inputs));
        return group === undefined ? [] : [{ port: item.inputs.port, target: targetOf(record, group, isEnabled) }];
      }),
  };
}

type Instance = ReturnType<typeof instances>[number];
const instances = (record: Record) => record.of(instance);

function targetOf(
  record: Record,
  group: TargetGroup,
  isEnabled: (target: Instance) => boolean,
): LoadBalancerListener["target"] {
  const health = group.inputs.healthCheck ?? DEFAULT_HEALTH_CHECK;
  const targets = record.where(targetGroupAttachment, (inputs) => inputs.targetGroupArn === group.id);
  const ids = targets.map((item) => item.inputs.targetId);
  const byAddress = group.inputs.targetType === "ip";
  return {
    id: group.id,
    port: group.inputs.port,
    preserveClientAddress: group.outputs.preserveClientIp === "true",
    healthCheck: {
      protocol: health.protocol === "HTTP" ? "HTTP" : "TCP",
      port: health.port === "traffic-port" ? group.inputs.port : Number(health.port),
      ...(health.protocol === "HTTP" ? { path: health.path ?? "/" } : {}),
      intervalSeconds: health.interval,
      healthyThreshold: health.healthyThreshold,
      unhealthyThreshold: health.unhealthyThreshold,
    },
    instanceIds: instances(record)
      .filter((item) => ids.includes(byAddress ? item.outputs.privateIp : item.id) && isEnabled(item))
      .map((item) => item.id),
  };
}
