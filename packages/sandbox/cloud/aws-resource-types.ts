/** Every resource type that is modelled, by its Pulumi type token. */

import { withSchemaErased } from "../plugins/rpc/schema.ts";
import type { AnyAwsResourceType } from "./aws-resource-type.ts";
import { lifecyclePolicy } from "./dlm/lifecycle-policy.ts";
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
import { snapshot } from "./ec2/snapshot.ts";
import { subnet } from "./ec2/subnet.ts";
import { volume } from "./ec2/volume.ts";
import { volumeAttachment } from "./ec2/volume-attachment.ts";
import { vpc } from "./ec2/vpc.ts";
import { vpcEndpoint } from "./ec2/vpc-endpoint.ts";
import { peeringConnection } from "./ec2/vpc-peering-connection.ts";
import { instanceProfile } from "./iam/instance-profile.ts";
import { role } from "./iam/role.ts";
import { rolePolicy } from "./iam/role-policy.ts";
import { rolePolicyAttachment } from "./iam/role-policy-attachment.ts";
import { alias } from "./kms/alias.ts";
import { key } from "./kms/key.ts";
import { listener } from "./lb/listener.ts";
import { loadBalancer } from "./lb/load-balancer.ts";
import { targetGroup } from "./lb/target-group.ts";
import { targetGroupAttachment } from "./lb/target-group-attachment.ts";
import { firewallAssociation, firewallConfig } from "./route53/firewall-association.ts";
import { firewallDomainList } from "./route53/firewall-domain-list.ts";
import { firewallRule, firewallRuleGroup } from "./route53/firewall-rule-group.ts";
import { bucket } from "./s3/bucket.ts";
import { bucketEncryption } from "./s3/bucket-encryption.ts";
import { bucketLifecycle } from "./s3/bucket-lifecycle.ts";
import { bucketObject } from "./s3/bucket-object.ts";
import { bucketOwnershipControls } from "./s3/bucket-ownership-controls.ts";
import { bucketPolicy } from "./s3/bucket-policy.ts";
import { bucketPublicAccessBlock } from "./s3/bucket-public-access-block.ts";
import { bucketVersioning } from "./s3/bucket-versioning.ts";
import { secret } from "./secretsmanager/secret.ts";
import { secretPolicy } from "./secretsmanager/secret-policy.ts";
import { secretVersion } from "./secretsmanager/secret-version.ts";

const ALL = withSchemaErased<readonly AnyAwsResourceType[]>([
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
  snapshot,
  subnet,
  lifecyclePolicy,
  volume,
  volumeAttachment,
  vpc,
  vpcEndpoint,
  peeringConnection,
  instanceProfile,
  role,
  rolePolicy,
  rolePolicyAttachment,
  firewallAssociation,
  firewallConfig,
  firewallDomainList,
  firewallRule,
  firewallRuleGroup,
  bucket,
  bucketEncryption,
  bucketLifecycle,
  bucketObject,
  bucketOwnershipControls,
  bucketPolicy,
  bucketPublicAccessBlock,
  bucketVersioning,
  secret,
  secretPolicy,
  secretVersion,
  alias,
  key,
  listener,
  loadBalancer,
  targetGroup,
  targetGroupAttachment,
]);

export const AWS_RESOURCE_TYPES: ReadonlyMap<string, AnyAwsResourceType> = new Map(
  ALL.map((resourceType) => [resourceType.type, resourceType]),
);
