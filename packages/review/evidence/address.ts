import { type Planned, type Row, shown } from "./planned.ts";

/** Fence 1 after the update: who is admitted, who may leave where to, and by which fixed addresses. */
export function addressRows(planned: readonly Planned[]): Row[] {
  const nameOf = (id: unknown): string => planned.find((one) => one.id !== "" && one.id === id)?.name ?? shown(id);
  const row = ({ name }: Planned, subject: string, value: string): Row => ({
    fence: "address",
    subject,
    value,
    source: name,
  });
  const rows = planned.flatMap((one): Row[] => {
    const { inputs, outputs } = one;
    switch (one.type) {
      case "aws:ec2/eip:Eip":
        return [row(one, "fixed address", `${shown(outputs.publicIp)}, ${keeping(one)}`)];
      case "aws:ec2/natGateway:NatGateway":
        return [row(one, "leaves by", addressOf(planned, inputs.allocationId))];
      case "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule":
        return [row(one, `admitted at ${nameOf(inputs.securityGroupId)}`, `${ports(one)} from ${other(one, nameOf)}`)];
      case "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule":
        return [row(one, `may leave ${nameOf(inputs.securityGroupId)}`, `${ports(one)} to ${other(one, nameOf)}`)];
      case "aws:ec2/route:Route": {
        const connection = inputs.vpcPeeringConnectionId ?? inputs.transitGatewayId;
        if (connection === undefined) return [];
        return [row(one, "another network", `by ${shown(connection)} to ${shown(inputs.destinationCidrBlock)}`)];
      }
      case "aws:ec2/securityGroup:SecurityGroup":
        return ["ingress", "egress"].flatMap((way) =>
          lengthOf(inputs[way]) > 0 ? [row(one, `${way} within the group`, JSON.stringify(inputs[way]))] : [],
        );
      case "aws:ec2/vpcEndpoint:VpcEndpoint":
        // The others have endpoint policies, which the pack judges.
        return inputs.policy === undefined ? [row(one, "endpoint", `${shown(inputs.serviceName)}, ${unlimited}`)] : [];
      case "aws:route53/resolverFirewallDomainList:ResolverFirewallDomainList":
        return [row(one, "DNS names", namesIn(inputs.domains))];
      case "aws:route53/resolverFirewallRule:ResolverFirewallRule":
        return [
          row(
            one,
            `DNS rule at ${shown(inputs.priority)}`,
            `${shown(inputs.action)} ${nameOf(inputs.firewallDomainListId)}`,
          ),
        ];
      case "aws:lb/loadBalancer:LoadBalancer":
        return [row(one, "load balancer", `${shown(inputs.loadBalancerType)}, ${groups(one, nameOf)}`)];
      case "aws:lb/listener:Listener":
        return [row(one, "listener", `${shown(inputs.protocol)} ${shown(inputs.port)}`)];
      case "aws:ec2/instance:Instance":
        return [
          row(
            one,
            "host",
            `${inputs.associatePublicIpAddress === false ? "no public address" : "PUBLIC ADDRESS"}, ` +
              `${inputs.keyName === undefined ? "no key pair" : `KEY PAIR ${shown(inputs.keyName)}`}`,
          ),
        ];
      default:
        return [];
    }
  });
  return [...rows.filter(isOutside), ...rows.filter((one) => !isOutside(one))];
}

/** What faces the outside comes first. */
const isOutside = ({ value }: Row) => /\/\d+$/.test(value) || value.endsWith(unlimited);

const unlimited = "NO POLICY says what passes";

function keeping(one: Planned): string {
  return `${one.protected ? "protected" : "NOT PROTECTED"}, ${one.retained ? "kept on delete" : "NOT KEPT ON DELETE"}`;
}

function ports({ inputs }: Planned): string {
  const { ipProtocol, fromPort, toPort } = inputs;
  if (ipProtocol === "-1") return "ALL PROTOCOLS";
  return `${shown(ipProtocol)} ${shown(fromPort)}${toPort === fromPort ? "" : `-${shown(toPort)}`}`;
}

function other({ inputs }: Planned, nameOf: (id: unknown) => string): string {
  const { cidrIpv4, cidrIpv6, prefixListId, referencedSecurityGroupId } = inputs;
  if (prefixListId !== undefined) return `the prefix list ${shown(prefixListId)}`;
  if (referencedSecurityGroupId !== undefined) return `the group ${nameOf(referencedSecurityGroupId)}`;
  return shown(cidrIpv4 ?? cidrIpv6);
}

function addressOf(planned: readonly Planned[], allocation: unknown): string {
  const eip = planned.find(
    (one) => one.id !== "" && (one.id === allocation || one.outputs.allocationId === allocation),
  );
  return eip === undefined ? shown(allocation) : `${eip.name}, ${shown(eip.outputs.publicIp)}`;
}

function groups({ inputs }: Planned, nameOf: (id: unknown) => string): string {
  const found = Array.isArray(inputs.securityGroups) ? inputs.securityGroups : [];
  return found.length === 0 ? "NO SECURITY GROUP" : `behind ${found.map(nameOf).join(", ")}`;
}

const namesIn = (domains: unknown) => (Array.isArray(domains) ? domains.map(shown).join(" ") : "NONE");

const lengthOf = (value: unknown) => (Array.isArray(value) ? value.length : 0);
