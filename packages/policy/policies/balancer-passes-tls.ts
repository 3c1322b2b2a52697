import { ports } from "@metrics-link/release";
import type { ResourceRule } from "../model/policy.ts";
import { types } from "../model/types.ts";

export const balancerPassesTls: ResourceRule = {
  kind: "resource",
  name: "balancer-passes-tls",
  fence: "client identity",
  rule: "The load balancer passes TCP on to Envoy's ingest port, with the client's address, and ends no TLS.",
  reason: "Where TLS ends, the client's certificate ends: everything behind would have to believe the balancer.",
  remedy:
    "Listener: protocol TCP on 443 with one forward; target group: TCP on the ingest port, preserveClientIp true.",
  source: "docs/architecture.md, fence 2; AWS ELB User Guide, TLS listeners and Client IP preservation",
  types: [types.listener, types.targetGroup],
  *check({ type, props }) {
    const protocol = `protocol is ${props.protocol ?? "not set"} instead of TCP`;
    if (props.protocol !== "TCP") yield protocol;
    if (type === types.listener) {
      if (props.port !== ports.https) yield `it listens on ${props.port} instead of ${ports.https}`;
      if (props.certificateArn !== undefined) yield "it has a certificate";
      const actions = [...(props.defaultActions ?? [])].map((action) => action.type);
      if (actions.join() !== "forward") yield `it does ${actions.join(", ") || "nothing"} instead of one forward`;
      return;
    }
    if (props.port !== ports.ingest) yield `it leads to port ${props.port} instead of ${ports.ingest}`;
    if (`${props.preserveClientIp}` !== "true") yield "preserveClientIp is not true: Envoy would not see who comes";
    if (props.proxyProtocolV2 === true) yield "proxyProtocolV2 is true: Envoy's listener does not read it";
  },
};
