import type { Declared, Group } from "@metrics-link/audit";
import { LinkError } from "@metrics-link/contract";
import { parseRelease, releaseTextIn, sha256 } from "@metrics-link/release";
import { z } from "zod";
import { factsIn, type Places, placesIn } from "./declared-facts.ts";
import { ruleText } from "./rules.ts";
import { type Resource, resourcesIn, text } from "./state-resources.ts";

/**
 * Reads a stack's security groups and host from `pulumi stack export`, which masks secrets.
 * @throws LinkError STATE_INVALID naming what is missing
 */
export function declaredBy(json: string): Declared & { readonly places: Places } {
  const resources = resourcesIn(json);
  const ofType = (type: string) => resources.filter((one) => one.type === type);
  const [balancer] = ofType("aws:lb/loadBalancer:LoadBalancer");
  const [instance] = ofType("aws:ec2/instance:Instance");
  if (instance?.id === undefined) throw new LinkError("STATE_INVALID", { what: "the state has no instance" });
  const rules = [
    ...ofType("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule").map((rule) => ruleOf("ingress", rule)),
    ...ofType("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule").map((rule) => ruleOf("egress", rule)),
  ];
  return {
    // The default group is taken over without rules.
    groups: [
      ...ofType("aws:ec2/securityGroup:SecurityGroup"),
      ...ofType("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"),
    ].map(
      (group): Group => ({
        id: group.id ?? "",
        name: nameOf(group),
        rules: rules.filter(({ groupId }) => groupId === group.id).map(({ rule }) => rule),
      }),
    ),
    addresses: ofType("aws:ec2/eip:Eip").map((address) => ({
      name: nameOf(address),
      allocationId: text(address.outputs.allocationId),
      address: text(address.outputs.publicIp),
    })),
    natAllocations: ofType("aws:ec2/natGateway:NatGateway").map(({ outputs }) => text(outputs.allocationId)),
    balancer: balancer && {
      groups: texts(balancer.outputs.securityGroups),
      allocations: z
        .array(z.object({ allocationId: z.string() }))
        .parse(balancer.outputs.subnetMappings)
        .map(({ allocationId }) => allocationId),
    },
    endpoints: ofType("aws:ec2/vpcEndpoint:VpcEndpoint").map(({ id = "", inputs }) => ({
      id,
      service: text(inputs.serviceName),
    })),
    instanceId: instance.id,
    facts: factsIn(ofType),
    places: placesIn(ofType),
    release: releaseOf(ofType("aws:s3/bucketObjectv2:BucketObjectv2")),
  };
}

/**
 * The release that `current.json` points to.
 * @throws LinkError STATE_INVALID when its document is not in the state, or is another
 */
function releaseOf(objects: readonly Resource[]): Declared["release"] {
  const pointer = objects.find(({ inputs }) => /\/current\.json$/.test(String(inputs.key)));
  const { releaseId: id } = z.object({ releaseId: z.string() }).parse(JSON.parse(text(pointer?.inputs.content)));
  const content = releaseTextIn(objects.find(({ inputs }) => String(inputs.key).endsWith(`/${id}.json`))?.inputs ?? {});
  if (sha256(content) !== id) {
    throw new LinkError("STATE_INVALID", { what: `the document of release ${id} in the state has another hash` });
  }
  return { id, document: parseRelease(JSON.parse(content)) };
}

function ruleOf(direction: "ingress" | "egress", { inputs, outputs }: Resource) {
  const { ipProtocol, fromPort, toPort, cidrIpv4, cidrIpv6, referencedSecurityGroupId, prefixListId } = {
    ...inputs,
    ...outputs,
  };
  const end = cidrIpv4 ?? cidrIpv6 ?? referencedSecurityGroupId ?? prefixListId;
  return {
    groupId: text(outputs.securityGroupId ?? inputs.securityGroupId),
    rule: ruleText(direction, text(ipProtocol), port(fromPort), port(toPort), text(end)),
  };
}

const port = (value: unknown) => z.number().optional().parse(value);
const tagged = z.object({ Name: z.string().optional() }).optional();
const nameOf = ({ inputs, urn }: Resource) => tagged.parse(inputs.tags)?.Name ?? urn.split("::").at(-1) ?? "";
const texts = (value: unknown) => z.array(z.string()).parse(value);
