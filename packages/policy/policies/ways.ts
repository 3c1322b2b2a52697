import type { Configuration } from "@metrics-link/config";
import { rangeWith } from "@metrics-link/contract";
import { ports } from "@metrics-link/release";
import { each, type Policy, resourceRule, stackRule } from "../model/policy.ts";
import { type Inputs, ofType, type Seen } from "../model/resources.ts";

/** TCP ports that one security group of this stack may open for another. */
export const internalPorts: readonly (number | undefined)[] = [ports.https, ports.ingest, ports.ready];

export const oneAddress = /^\d{1,3}(\.\d{1,3}){3}\/32$/;

type Network = Configuration["network"];
type Way = Network["targets" | "scrapedBy"][number];
type Rule = Pick<
  Inputs<"egressRule">,
  "cidrIpv4" | "cidrIpv6" | "fromPort" | "ipProtocol" | "prefixListId" | "referencedSecurityGroupId" | "toPort"
>;

/** Whether a rule is one of the declared ways, and no wider. */
export const isDeclared = (rule: Rule, declared: readonly Way[]): boolean =>
  rule.ipProtocol === "tcp" &&
  rule.fromPort === rule.toPort &&
  !rule.cidrIpv6 &&
  !rule.prefixListId &&
  declared.some(
    (way) =>
      way.ports.some((port) => port === rule.fromPort) &&
      (way.securityGroup === undefined
        ? rule.cidrIpv4 === way.cidr && !rule.referencedSecurityGroupId
        : !rule.cidrIpv4 && rule.referencedSecurityGroupId === way.securityGroup),
  );

/** The routes that the declared ways need: range, and what leads there. */
const routesFor = ({ targets, scrapedBy, connections }: Network) =>
  [...targets, ...scrapedBy].flatMap(({ cidr }) => {
    const { id } = rangeWith(connections, cidr) ?? {};
    return id === undefined ? [] : [{ cidr, id }];
  });

const groupsOfHosts = (resources: readonly Seen[]): readonly (string | undefined)[] =>
  ofType(resources, "instance").flatMap(({ props }) => [...(props.vpcSecurityGroupIds ?? [])]);

/** The ways between hosts and what is scraped. */
export const ways: readonly Policy[] = [
  resourceRule(
    {
      name: "egress-is-declared",
      fence: "address",
      rule: "A host reaches AWS' endpoints, a sender's host the receiver's single addresses on TCP 443, and each what network.targets declares, at its ports; nothing else.",
      reason: "A host that can reach any address can send samples and secrets there.",
      remedy:
        "Declare a target in network.targets, where a reviewer sees it. Otherwise give a rule one cidrIpv4 of /32 on port 443, a security group of this stack, or the prefix list of S3.",
      source: "docs/architecture.md, fence 1; docs/decisions/0231 and 0820; NIST SP 800-41 section 4.1.1",
    },
    {
      *securityGroup({ egress }) {
        if ((egress ?? []).length > 0) yield "the group has rules of its own instead of resources for them";
      },
      *egressRule(props, { configuration: { role, network } }) {
        const { ipProtocol, fromPort, toPort, cidrIpv4 } = props;
        if (props.cidrIpv6 !== undefined) yield `it lets out to ${props.cidrIpv6}`;
        const isInternal = cidrIpv4 === undefined && props.prefixListId === undefined;
        if (isInternal && ipProtocol === "tcp" && fromPort === toPort && internalPorts.includes(fromPort)) return;
        if (isDeclared(props, network.targets)) return;
        if (cidrIpv4 !== undefined && role !== "sender") yield `a receiver lets out to ${cidrIpv4}`;
        if (cidrIpv4 !== undefined && !oneAddress.test(cidrIpv4)) {
          yield `it lets out to ${cidrIpv4} instead of one address or what network.targets declares`;
        }
        const allowed = isInternal ? internalPorts : [ports.https];
        if (ipProtocol !== "tcp" || fromPort !== toPort || !allowed.includes(fromPort)) {
          yield `it lets ${ipProtocol} ${fromPort ?? "any"} to ${toPort ?? "any"} out instead of TCP ${allowed.join(", ")}`;
        }
      },
    },
  ),

  stackRule(
    {
      name: "ways-are-declared",
      fence: "address",
      rule: "Routes to other networks lead to the ranges of declared targets and scrapers, each through the connection that the configuration names; every declared way is there, and stands in the host's group.",
      reason:
        "A route to more than is scraped makes this host a way into a client's network, and one through another connection leads to a stranger who has the same addresses.",
      remedy:
        "Declare connection, range and ports in network.connections and network.targets, and remove routes and rules that nothing declares.",
      source: "docs/decisions/0820 and 0822; AWS VPC Peering Guide, Update your route tables",
    },
    function* (resources, { configuration: { network } }) {
      const wanted = routesFor(network);
      const routes = ofType(resources, "route");
      const found: { readonly cidr: string; readonly id: string }[] = [];
      yield* each(routes, function* ({ props }) {
        const { destinationCidrBlock: cidr = "", vpcPeeringConnectionId, transitGatewayId } = props;
        // Where the default route leads, one-egress-address says.
        if (cidr === "0.0.0.0/0") return;
        const id = vpcPeeringConnectionId || transitGatewayId || "";
        found.push({ cidr, id });
        if (!wanted.some((one) => one.cidr === cidr && one.id === id)) {
          yield `a route leads to ${cidr || "IPv6 or a prefix list"} by ${id || "neither a peering connection nor a transit gateway"}, which the configuration does not declare`;
        }
      });
      for (const { cidr, id } of wanted) {
        if (!found.some((one) => one.cidr === cidr && one.id === id)) yield `no route leads to ${cidr} by ${id}`;
      }
      for (const [kind, declared] of [
        ["egressRule", network.targets],
        ["ingressRule", network.scrapedBy],
      ] as const) {
        const rules = ofType(resources, kind).filter(({ props }) => isDeclared(props, declared));
        const groups = rules.length === 0 ? [] : groupsOfHosts(resources);
        yield* each(rules, function* ({ props: { securityGroupId } }) {
          if (!groups.includes(securityGroupId)) yield `it is a rule of ${securityGroupId}, which no host is in`;
        });
        for (const way of declared) {
          for (const port of way.ports) {
            const own = [{ ...way, ports: [port] }];
            if (rules.some(({ props }) => isDeclared(props, own))) continue;
            yield `no rule is there for ${way.name} at ${port}`;
          }
        }
      }
    },
  ),
];
