export { type EndpointService, endpointPolicy, type Reach } from "./endpoint-policies.ts";
export { type AllowedSender, FencedIngress, type FencedIngressArgs } from "./fenced-ingress.ts";
export { PinnedEgress, type PinnedEgressArgs } from "./pinned-egress.ts";
export { PrivateNetwork, type PrivateNetworkArgs, type ZoneSubnets } from "./private-network.ts";
export { planSubnets, resolverOf, type ZonePlan } from "./subnets.ts";
