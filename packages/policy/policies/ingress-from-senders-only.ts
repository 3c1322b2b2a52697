import { ports } from "@metrics-link/release";
import type { ResourceRule } from "../model/policy.ts";
import { types } from "../model/types.ts";

/** What one group of this stack may ask of another. */
const inside: readonly number[] = [ports.https, ports.ingest, ports.ready];

export const ingressFromSendersOnly: ResourceRule = {
  kind: "resource",
  name: "ingress-from-senders-only",
  fence: "address",
  rule: "From outside its VPC a stack is reached on TCP 443, from single IPv4 addresses, and only if it receives.",
  reason: "A range lets strangers come as far as TLS, and another port past it.",
  remedy: "Give a rule one cidrIpv4 of /32 on port 443, or a group of this stack; name ranges nowhere.",
  source: "docs/architecture.md, fence 1; CIS AWS Foundations 5.2 and 5.3; AWS Security Hub EC2.18",
  types: [types.ingressRule, types.securityGroup],
  *check({ type, props }, { configuration: { role } }) {
    if (type === types.securityGroup) {
      if ((props.ingress ?? []).length > 0) yield "the group has rules of its own instead of resources for them";
      return;
    }
    const { ipProtocol, fromPort, toPort, cidrIpv4 } = props;
    const port = `${ipProtocol} ${fromPort ?? "any"} to ${toPort ?? "any"}`;
    if (props.cidrIpv6 !== undefined) yield `it lets in ${props.cidrIpv6}`;
    if (props.prefixListId !== undefined) yield `it lets in the prefix list ${props.prefixListId}`;
    if (cidrIpv4 === undefined) {
      if (ipProtocol !== "tcp" || fromPort !== toPort || !inside.includes(fromPort)) {
        yield `it lets ${port} in from a group; TCP ${inside.join(", ")} is what hosts are asked on`;
      }
      return;
    }
    if (role !== "receiver") yield `a sender lets in ${cidrIpv4}`;
    if (!/^\d{1,3}(\.\d{1,3}){3}\/32$/.test(cidrIpv4)) yield `it lets in ${cidrIpv4} instead of one address`;
    if (ipProtocol !== "tcp" || fromPort !== ports.https || toPort !== ports.https) {
      yield `it lets ${cidrIpv4} in on ${port} instead of TCP 443`;
    }
  },
};
