import { ports } from "@metrics-link/release";
import { each, type Policy, resourceRule, stackRule } from "../model/policy.ts";
import { ofType } from "../model/resources.ts";
import { internalPorts, isDeclared, oneAddress } from "./ways.ts";

/** The AWS services that a host uses (docs/decisions/0231). */
const awsServices: readonly string[] = ["s3", "ssm", "ssmmessages", "secretsmanager"];

/** Security groups, VPC endpoints and the load balancer. */
export const network: readonly Policy[] = [
  resourceRule(
    {
      name: "default-group-is-closed",
      fence: "address",
      rule: "The default security group of the VPC has no rules.",
      reason:
        "A resource without a security group gets this one, which AWS creates open: its members reach each other and any address.",
      remedy: "Adopt it as DefaultSecurityGroup without rules.",
      source: "CIS AWS Foundations 5.4; AWS Security Hub EC2.2",
    },
    {
      *defaultSecurityGroup({ ingress, egress }) {
        const rules = [...(ingress ?? []), ...(egress ?? [])];
        if (rules.length > 0) yield `it has ${rules.length} rules`;
      },
    },
  ),

  resourceRule(
    {
      name: "ingress-is-declared",
      fence: "address",
      rule: "Only a receiver is reachable from the internet, and only on TCP 443 from single IPv4 addresses; a host is reached at the ports of its listeners by what network.scrapedBy declares.",
      reason: "A range lets strangers reach TLS; another port lets them bypass it.",
      remedy:
        "Give a rule one cidrIpv4 of /32 on port 443, or a security group of this stack. Declare a scraper in network.scrapedBy, where a reviewer sees it.",
      source: "docs/architecture.md, fence 1; CIS AWS Foundations 5.2 and 5.3; AWS Security Hub EC2.18",
    },
    {
      *securityGroup({ ingress }) {
        if ((ingress ?? []).length > 0) yield "the group has rules of its own instead of resources for them";
      },
      *ingressRule(
        props,
        {
          configuration: {
            role,
            network: { scrapedBy },
          },
        },
      ) {
        const { ipProtocol, fromPort, toPort, cidrIpv4 } = props;
        const port = `${ipProtocol} ${fromPort ?? "any"} to ${toPort ?? "any"}`;
        if (props.cidrIpv6 !== undefined) yield `it lets in ${props.cidrIpv6}`;
        if (props.prefixListId !== undefined) yield `it lets in the prefix list ${props.prefixListId}`;
        // What is declared is asked last: the group that a rule names may not be known before the update.
        if (cidrIpv4 === undefined) {
          if (ipProtocol !== "tcp" || fromPort !== toPort || !internalPorts.includes(fromPort)) {
            if (isDeclared(props, scrapedBy)) return;
            yield `it lets ${port} in from a group instead of TCP ${internalPorts.join(", ")}`;
          }
          return;
        }
        if (isDeclared(props, scrapedBy)) return;
        if (role !== "receiver") yield `a sender lets in ${cidrIpv4}`;
        if (!oneAddress.test(cidrIpv4)) yield `it lets in ${cidrIpv4} instead of one address`;
        if (ipProtocol !== "tcp" || fromPort !== ports.https || toPort !== ports.https) {
          yield `it lets ${cidrIpv4} in on ${port} instead of TCP 443`;
        }
      },
    },
  ),

  stackRule(
    {
      name: "prefix-list-is-s3",
      fence: "address",
      rule: "The only prefix list that a host may reach is that of the stack's own S3 endpoint.",
      reason: "Whoever owns a prefix list can add addresses to it.",
      remedy: "Take prefixListId from the stack's gateway endpoint for S3.",
      source: "docs/decisions/0231; AWS VPC User Guide, AWS-managed prefix lists",
    },
    function* (resources) {
      const endpoints = ofType(resources, "vpcEndpoint");
      yield* each(ofType(resources, "egressRule"), function* ({ props: { prefixListId } }) {
        if (!prefixListId) return;
        const isOwn = endpoints.some(
          ({ props }) => props.vpcEndpointType === "Gateway" && props.prefixListId === prefixListId,
        );
        if (!isOwn) yield `${prefixListId} is not the prefix list of a gateway endpoint of this stack`;
      });
    },
  ),

  resourceRule(
    {
      name: "endpoints-are-declared",
      fence: "address",
      rule: "A VPC endpoint leads to an AWS service that hosts use, or to an endpoint service that the configuration names.",
      reason:
        "An endpoint is a way out of a network that has no other, and one to another owner's service can carry anything.",
      remedy: "Name the service in network.endpointServices, where a reviewer sees it, or remove the endpoint.",
      source: "docs/decisions/0231 and 0530; AWS PrivateLink Guide, Access virtual appliances and services of others",
    },
    {
      *vpcEndpoint({ serviceName = "not set" }, { configuration: { account, network: declared } }) {
        const known = [
          ...awsServices.map((service) => `com.amazonaws.${account.region}.${service}`),
          ...declared.endpointServices,
        ];
        if (!known.includes(serviceName)) yield `it leads to ${serviceName}, which the configuration does not name`;
      },
    },
  ),

  resourceRule(
    {
      name: "balancer-is-fenced",
      fence: "address",
      rule: "The load balancer is a network load balancer, created with security groups, and protected from deletion.",
      reason:
        "A network load balancer that was created without a security group can never get one, and lets everybody in.",
      remedy:
        "Set loadBalancerType to network, securityGroups to those of the senders' rules, and enableDeletionProtection to true.",
      source:
        "docs/architecture.md, fence 1; AWS ELB User Guide, Security groups for Network Load Balancers; AWS Security Hub ELB.6",
    },
    {
      *loadBalancer(props) {
        if (props.loadBalancerType !== "network") yield `loadBalancerType is ${props.loadBalancerType ?? "not set"}`;
        const groups = (props.securityGroups ?? []).length;
        if (groups < 1 || groups > 16) yield `${groups} security groups instead of 1 to 16`;
        if (props.enableDeletionProtection !== true) yield "enableDeletionProtection is not true";
        if (props.enforceSecurityGroupInboundRulesOnPrivateLinkTraffic === "off") {
          yield "the group does not count for PrivateLink";
        }
      },
    },
  ),

  resourceRule(
    {
      name: "balancer-passes-tls",
      fence: "client identity",
      rule: "The load balancer forwards TCP to Envoy's ingest port, keeps the client's address, and does not terminate TLS.",
      reason: "Where TLS ends, the client's certificate ends: Envoy would have to trust the load balancer.",
      remedy:
        "Listener: protocol TCP on 443 with one forward; target group: TCP on the ingest port, preserveClientIp true.",
      source: "docs/architecture.md, fence 2; AWS ELB User Guide, TLS listeners and Client IP preservation",
    },
    {
      *listener(props) {
        if (props.protocol !== "TCP") yield `protocol is ${props.protocol ?? "not set"} instead of TCP`;
        if (props.port !== ports.https) yield `it listens on ${props.port} instead of ${ports.https}`;
        if (props.certificateArn !== undefined) yield "it has a certificate";
        const actions = [...(props.defaultActions ?? [])].map(({ type }) => type).join(", ");
        if (actions !== "forward") yield `it does ${actions || "nothing"} instead of one forward`;
      },
      *targetGroup(props) {
        if (props.protocol !== "TCP") yield `protocol is ${props.protocol ?? "not set"} instead of TCP`;
        if (props.port !== ports.ingest) yield `it leads to port ${props.port} instead of ${ports.ingest}`;
        if (`${props.preserveClientIp}` !== "true")
          yield "preserveClientIp is not true: Envoy would not see the client's address";
        if (props.proxyProtocolV2 === true) yield "proxyProtocolV2 is true: Envoy's listener does not read it";
      },
    },
  ),
];
