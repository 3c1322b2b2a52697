export { elasticIp, type KeptAddress } from "./elastic-ip.ts";
export { type FencePlan, type GroupQuotas, groupsOf, planFence } from "./fence-plan.ts";
export { FencedIngress } from "./fenced-ingress.ts";
export { PinnedEgress } from "./pinned-egress.ts";
export { PrivateNetwork } from "./private-network.ts";
export { planSubnets, resolverOf } from "./subnets.ts";
export { planRoutes, Ways } from "./ways.ts";
