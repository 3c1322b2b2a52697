/** Every noun that is modelled, by its Pulumi type token. */
import { defaultSecurityGroup } from "./ec2/default-security-group.ts";
import { eip } from "./ec2/eip.ts";
import { instance } from "./ec2/instance.ts";
import { internetGateway } from "./ec2/internet-gateway.ts";
import { natGateway } from "./ec2/nat-gateway.ts";
import { route } from "./ec2/route.ts";
import { routeTable } from "./ec2/route-table.ts";
import { routeTableAssociation } from "./ec2/route-table-association.ts";
import { securityGroup } from "./ec2/security-group.ts";
import { egressRule, ingressRule } from "./ec2/security-group-rule.ts";
import { subnet } from "./ec2/subnet.ts";
import { volume } from "./ec2/volume.ts";
import { volumeAttachment } from "./ec2/volume-attachment.ts";
import { vpc } from "./ec2/vpc.ts";
import { vpcEndpoint } from "./ec2/vpc-endpoint.ts";
import { instanceProfile } from "./iam/instance-profile.ts";
import { role } from "./iam/role.ts";
import { alias } from "./kms/alias.ts";
import { key } from "./kms/key.ts";
import { listener } from "./lb/listener.ts";
import { loadBalancer } from "./lb/load-balancer.ts";
import { targetGroup } from "./lb/target-group.ts";
import { targetGroupAttachment } from "./lb/target-group-attachment.ts";
import type { AnyNoun } from "./noun.ts";

const ALL = [
  defaultSecurityGroup,
  eip,
  instance,
  internetGateway,
  natGateway,
  route,
  routeTable,
  routeTableAssociation,
  securityGroup,
  egressRule,
  ingressRule,
  subnet,
  volume,
  volumeAttachment,
  vpc,
  vpcEndpoint,
  instanceProfile,
  role,
  alias,
  key,
  listener,
  loadBalancer,
  targetGroup,
  targetGroupAttachment,
] as unknown as readonly AnyNoun[];

export const NOUNS: ReadonlyMap<string, AnyNoun> = new Map(ALL.map((noun) => [noun.type, noun]));
