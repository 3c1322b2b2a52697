import type { ResourceRule } from "../model/policy.ts";
import { types } from "../model/types.ts";

/** What a host talks to at AWS (docs/decisions/0231). */
const ofAws: readonly string[] = ["s3", "ssm", "ssmmessages", "secretsmanager"];

export const endpointsAreDeclared: ResourceRule = {
  kind: "resource",
  name: "endpoints-are-declared",
  fence: "address",
  rule: "An endpoint leads to an AWS service that hosts use, or to an endpoint service that the configuration names.",
  reason:
    "An endpoint is a way out of a network that has no other, and to a service of somebody else it carries anything.",
  remedy: "Name the service in network.endpointServices, where a reviewer sees it, or take the endpoint away.",
  source: "docs/decisions/0231 and 0530; AWS PrivateLink Guide, Access virtual appliances and services of others",
  types: [types.vpcEndpoint],
  *check({ props: { serviceName } }, { configuration: { account, network } }) {
    const known = [
      ...ofAws.map((service) => `com.amazonaws.${account.region}.${service}`),
      ...network.endpointServices,
    ];
    if (!known.includes(serviceName)) yield `it leads to ${serviceName}, which the configuration does not name`;
  },
};
