import type { Facts, Surrounding } from "@metrics-link/audit";
import { z } from "zod";
import {
  associationText,
  balancerTexts,
  bucketTexts,
  dnsTexts,
  keyTexts,
  roleTexts,
  routeText,
  targetGroupTexts,
} from "./fact-texts.ts";
import { type Resource, text } from "./state-resources.ts";

/** Where an audit asks AWS: names and ids of what the state has. */
export interface Places {
  readonly vpcId: string;
  readonly roles: readonly string[];
  readonly keys: readonly string[];
  readonly buckets: readonly string[];
  readonly dataVolumes: readonly string[];
  readonly snapshotPolicies: readonly string[];
}

type OfType = (type: string) => readonly Resource[];

export const placesIn = (ofType: OfType): Places => ({
  vpcId: ofType("aws:ec2/vpc:Vpc")[0]?.id ?? "",
  roles: ofType("aws:iam/role:Role").map(({ id = "" }) => id),
  keys: ofType("aws:kms/key:Key").map(({ id = "" }) => id),
  buckets: ofType("aws:s3/bucket:Bucket").map(({ id = "" }) => id),
  dataVolumes: ofType("aws:ebs/volume:Volume").map(({ id = "" }) => id),
  snapshotPolicies: ofType("aws:dlm/lifecyclePolicy:LifecyclePolicy").map(({ id = "" }) => id),
});

/** What the state says of a host's surroundings, in the words of fact-texts.ts. */
export const factsIn = (ofType: OfType): Readonly<Record<Surrounding, Facts>> => ({
  role: roleFacts(ofType),
  key: keyFacts(ofType),
  bucket: bucketFacts(ofType),
  routes: routeFacts(ofType),
  dns: dnsFacts(ofType),
  balancer: balancerFacts(ofType),
});

const optional = z.string().optional();

const roleFacts = (ofType: OfType): Facts =>
  ofType("aws:iam/role:Role").flatMap(({ id = "", inputs }) => {
    const texts = roleTexts(id);
    const own = ({ inputs: { role } }: Resource) => role === id;
    const boundary = optional.parse(inputs.permissionsBoundary);
    return [
      texts.trust(text(inputs.assumeRolePolicy)),
      ...(boundary === undefined ? [] : [texts.boundary(boundary)]),
      ...ofType("aws:iam/rolePolicy:RolePolicy")
        .filter(own)
        .map(({ inputs: policy }) => texts.inline(text(policy.name), text(policy.policy))),
      ...ofType("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
        .filter(own)
        .map(({ inputs: attachment }) => texts.attached(text(attachment.policyArn))),
      ...ofType("aws:iam/instanceProfile:InstanceProfile")
        .filter(own)
        .map(({ inputs: profile }) => texts.profile(text(profile.name))),
    ];
  });

const keyFacts = (ofType: OfType): Facts =>
  ofType("aws:kms/key:Key").flatMap(({ id = "", inputs, outputs }) => {
    const texts = keyTexts(id);
    return [
      texts.state("Enabled"),
      texts.policy(text(outputs.policy ?? inputs.policy)),
      texts.rotation(inputs.enableKeyRotation === true),
    ];
  });

const blocks = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"] as const;
const encryptionRules = z.array(
  z.object({ applyServerSideEncryptionByDefault: z.object({ sseAlgorithm: z.string() }) }),
);

const bucketFacts = (ofType: OfType): Facts =>
  ofType("aws:s3/bucket:Bucket").flatMap(({ id = "" }) => {
    const texts = bucketTexts(id);
    const of = (type: string) => ofType(`aws:s3/${type}`).filter(({ inputs }) => inputs.bucket === id);
    return [
      ...of("bucketPolicy:BucketPolicy").map(({ inputs }) => texts.policy(text(inputs.policy))),
      ...of("bucketPublicAccessBlock:BucketPublicAccessBlock").flatMap(({ inputs }) =>
        blocks.filter((name) => inputs[name] === true).map(texts.blocks),
      ),
      ...of("bucketOwnershipControls:BucketOwnershipControls").map(({ inputs }) =>
        texts.owner(z.object({ objectOwnership: z.string() }).parse(inputs.rule).objectOwnership),
      ),
      ...of("bucketVersioning:BucketVersioning").map(({ inputs }) =>
        texts.versioning(z.object({ status: z.string() }).parse(inputs.versioningConfiguration).status),
      ),
      ...of("bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration").flatMap(({ inputs }) =>
        encryptionRules
          .parse(inputs.rules)
          .map((rule) => texts.encryption(rule.applyServerSideEncryptionByDefault.sseAlgorithm)),
      ),
    ];
  });

const routeFacts = (ofType: OfType): Facts => [
  ...ofType("aws:ec2/route:Route").map(({ inputs: { routeTableId, destinationCidrBlock, ...to } }) => {
    const target = to.gatewayId ?? to.natGatewayId ?? to.vpcPeeringConnectionId ?? to.transitGatewayId;
    return routeText(text(routeTableId), text(destinationCidrBlock), text(target));
  }),
  // A gateway endpoint puts a route into each of its tables.
  ...ofType("aws:ec2/vpcEndpoint:VpcEndpoint").flatMap(({ id = "", inputs, outputs }) =>
    z
      .array(z.string())
      .default([])
      .parse(inputs.routeTableIds)
      .map((table) => routeText(table, text(outputs.prefixListId), id)),
  ),
  ...ofType("aws:ec2/routeTableAssociation:RouteTableAssociation").map(({ inputs: { subnetId, routeTableId } }) =>
    associationText(text(subnetId), text(routeTableId)),
  ),
];

const portNumber = z.number().optional();
const domainNames = z.array(z.string());

const dnsFacts = (ofType: OfType): Facts => {
  const of = (kind: string) => ofType(`aws:route53/resolverFirewall${kind}:ResolverFirewall${kind}`);
  const listed = (id: unknown) =>
    domainNames.default([]).parse(of("DomainList").find((list) => list.id === id)?.inputs.domains);
  const [config] = of("Config");
  return [
    ...of("RuleGroupAssociation").map(({ inputs: { firewallRuleGroupId, priority, mutationProtection } }) =>
      dnsTexts.group(text(firewallRuleGroupId), portNumber.parse(priority), text(mutationProtection)),
    ),
    ...of("Rule").map(({ inputs }) =>
      dnsTexts.rule(
        text(inputs.firewallRuleGroupId),
        portNumber.parse(inputs.priority),
        [inputs.action, inputs.blockResponse, inputs.firewallDomainRedirectionAction]
          .map((one) => text(one ?? ""))
          .filter(Boolean)
          .join(" "),
        listed(inputs.firewallDomainListId),
      ),
    ),
    // AWS has this of each network, whether anybody set it or not.
    dnsTexts.failOpen(text(config?.inputs.firewallFailOpen ?? "DISABLED")),
  ];
};

const healthCheck = z.object({ protocol: z.string(), port: z.string(), path: z.string().default("") });
const actions = z.array(z.object({ targetGroupArn: z.string() }));

function balancerFacts(ofType: OfType): Facts {
  const groups = ofType("aws:lb/targetGroup:TargetGroup");
  const nameOf = (arn: unknown) => text(groups.find(({ id }) => id === arn)?.inputs.name ?? arn);
  return [
    ...ofType("aws:lb/loadBalancer:LoadBalancer").flatMap(({ id, inputs }) => {
      const texts = balancerTexts(text(inputs.name));
      return [
        texts.scheme(inputs.internal === true ? "internal" : "internet-facing"),
        texts.privateLink("on"),
        ...(inputs.enableDeletionProtection === true ? [texts.attribute("deletion_protection.enabled", "true")] : []),
        ...(inputs.enableCrossZoneLoadBalancing === true
          ? [texts.attribute("load_balancing.cross_zone.enabled", "true")]
          : []),
        ...ofType("aws:lb/listener:Listener")
          .filter((listener) => listener.inputs.loadBalancerArn === id)
          .flatMap(({ inputs: { protocol, port, defaultActions } }) =>
            actions
              .parse(defaultActions)
              .map(({ targetGroupArn }) =>
                texts.listener(text(protocol), portNumber.parse(port), nameOf(targetGroupArn)),
              ),
          ),
      ];
    }),
    ...groups.flatMap(({ id, inputs }) => {
      const texts = targetGroupTexts(text(inputs.name));
      const health = healthCheck.parse(inputs.healthCheck);
      return [
        texts.kind(text(inputs.protocol), portNumber.parse(inputs.port), text(inputs.targetType)),
        texts.health(health.protocol, health.port, health.path),
        texts.attribute(
          "deregistration_delay.timeout_seconds",
          `${portNumber.parse(inputs.deregistrationDelay) ?? 300}`,
        ),
        texts.attribute("preserve_client_ip.enabled", text(inputs.preserveClientIp ?? "true")),
        texts.attribute("proxy_protocol_v2.enabled", `${inputs.proxyProtocolV2 === true}`),
        ...ofType("aws:lb/targetGroupAttachment:TargetGroupAttachment")
          .filter((attachment) => attachment.inputs.targetGroupArn === id)
          .map(({ inputs: { targetId, port } }) => texts.target(text(targetId), portNumber.parse(port))),
      ];
    }),
  ];
}
