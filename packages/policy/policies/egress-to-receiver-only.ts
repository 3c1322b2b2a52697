import { ports } from "@metrics-link/release";
import type { ResourceRule } from "../model/policy.ts";
import { types } from "../model/types.ts";

const inside: readonly number[] = [ports.https, ports.ingest, ports.ready];

export const egressToReceiverOnly: ResourceRule = {
  kind: "resource",
  name: "egress-to-receiver-only",
  fence: "address",
  rule: "A sender's host leaves its VPC to single addresses on TCP 443 and a receiver's to none; beside that there are endpoints.",
  reason: "A host that may go anywhere can carry samples, secrets and itself anywhere.",
  remedy: "Give a rule one cidrIpv4 of /32 on port 443, a group of this stack, or the prefix list of S3.",
  source: "docs/architecture.md, fence 1; docs/decisions/0231; NIST SP 800-41 section 4.1.1",
  types: [types.egressRule, types.securityGroup],
  *check({ type, props }, { configuration: { role } }) {
    if (type === types.securityGroup) {
      if ((props.egress ?? []).length > 0) yield "the group has rules of its own instead of resources for them";
      return;
    }
    const { ipProtocol, fromPort, toPort, cidrIpv4 } = props;
    if (props.cidrIpv6 !== undefined) yield `it lets out to ${props.cidrIpv6}`;
    if (cidrIpv4 !== undefined && role !== "sender") yield `a receiver lets out to ${cidrIpv4}`;
    if (cidrIpv4 !== undefined && !/^\d{1,3}(\.\d{1,3}){3}\/32$/.test(cidrIpv4)) {
      yield `it lets out to ${cidrIpv4} instead of one address`;
    }
    const allowed = cidrIpv4 === undefined && props.prefixListId === undefined ? inside : [ports.https];
    if (ipProtocol !== "tcp" || fromPort !== toPort || !allowed.includes(fromPort)) {
      yield `it lets ${ipProtocol} ${fromPort ?? "any"} to ${toPort ?? "any"} out instead of TCP ${allowed.join(", ")}`;
    }
  },
};
