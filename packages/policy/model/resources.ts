import type { PeerOutput, ReceiverContract, SenderContract, SetAside } from "@metrics-link/contract";
import type * as aws from "@pulumi/aws";
import type { PolicyResource, ResourceValidationArgs } from "@pulumi/policy";
import type { Unwrap } from "@pulumi/pulumi";
import type { ResolvedResource } from "@pulumi/pulumi/queryable/index.js";
import type * as tls from "@pulumi/tls";

/** Type tokens of the resources that policies judge. */
export const types = {
  ingressRule: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
  egressRule: "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
  securityGroup: "aws:ec2/securityGroup:SecurityGroup",
  defaultSecurityGroup: "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
  address: "aws:ec2/eip:Eip",
  natGateway: "aws:ec2/natGateway:NatGateway",
  route: "aws:ec2/route:Route",
  routeTableAssociation: "aws:ec2/routeTableAssociation:RouteTableAssociation",
  subnet: "aws:ec2/subnet:Subnet",
  vpcEndpoint: "aws:ec2/vpcEndpoint:VpcEndpoint",
  dnsFirewallConfig: "aws:route53/resolverFirewallConfig:ResolverFirewallConfig",
  dnsDomainList: "aws:route53/resolverFirewallDomainList:ResolverFirewallDomainList",
  dnsRule: "aws:route53/resolverFirewallRule:ResolverFirewallRule",
  dnsRuleGroup: "aws:route53/resolverFirewallRuleGroup:ResolverFirewallRuleGroup",
  dnsAssociation: "aws:route53/resolverFirewallRuleGroupAssociation:ResolverFirewallRuleGroupAssociation",
  loadBalancer: "aws:lb/loadBalancer:LoadBalancer",
  listener: "aws:lb/listener:Listener",
  targetGroup: "aws:lb/targetGroup:TargetGroup",
  instance: "aws:ec2/instance:Instance",
  volume: "aws:ebs/volume:Volume",
  key: "aws:kms/key:Key",
  secret: "aws:secretsmanager/secret:Secret",
  secretVersion: "aws:secretsmanager/secretVersion:SecretVersion",
  secretPolicy: "aws:secretsmanager/secretPolicy:SecretPolicy",
  role: "aws:iam/role:Role",
  rolePolicy: "aws:iam/rolePolicy:RolePolicy",
  bucket: "aws:s3/bucket:Bucket",
  bucketObject: "aws:s3/bucketObjectv2:BucketObjectv2",
  bucketPolicy: "aws:s3/bucketPolicy:BucketPolicy",
  bucketPublicAccessBlock: "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
  bucketOwnership: "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
  bucketVersioning: "aws:s3/bucketVersioning:BucketVersioning",
  bucketEncryption: "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  privateKey: "tls:index/privateKey:PrivateKey",
  certRequest: "tls:index/certRequest:CertRequest",
  selfSignedCert: "tls:index/selfSignedCert:SelfSignedCert",
  locallySignedCert: "tls:index/locallySignedCert:LocallySignedCert",
  stack: "pulumi:pulumi:Stack",
  stackReference: "pulumi:pulumi:StackReference",
  awsProvider: "pulumi:providers:aws",
} as const;

/** A resource type by the name that policies give it. */
export type Kind = keyof Classes;

/**
 * The SDK's class of each resource type. `validateResourceOfType` of `@pulumi/policy` takes the class itself; importing
 * `@pulumi/aws` for that costs seconds at each preview. These imports are types, which Node strips.
 */
interface Classes {
  ingressRule: typeof aws.vpc.SecurityGroupIngressRule;
  egressRule: typeof aws.vpc.SecurityGroupEgressRule;
  securityGroup: typeof aws.ec2.SecurityGroup;
  defaultSecurityGroup: typeof aws.ec2.DefaultSecurityGroup;
  address: typeof aws.ec2.Eip;
  natGateway: typeof aws.ec2.NatGateway;
  route: typeof aws.ec2.Route;
  routeTableAssociation: typeof aws.ec2.RouteTableAssociation;
  subnet: typeof aws.ec2.Subnet;
  vpcEndpoint: typeof aws.ec2.VpcEndpoint;
  dnsFirewallConfig: typeof aws.route53.ResolverFirewallConfig;
  dnsDomainList: typeof aws.route53.ResolverFirewallDomainList;
  dnsRule: typeof aws.route53.ResolverFirewallRule;
  dnsRuleGroup: typeof aws.route53.ResolverFirewallRuleGroup;
  dnsAssociation: typeof aws.route53.ResolverFirewallRuleGroupAssociation;
  loadBalancer: typeof aws.lb.LoadBalancer;
  listener: typeof aws.lb.Listener;
  targetGroup: typeof aws.lb.TargetGroup;
  instance: typeof aws.ec2.Instance;
  volume: typeof aws.ebs.Volume;
  key: typeof aws.kms.Key;
  secret: typeof aws.secretsmanager.Secret;
  secretPolicy: typeof aws.secretsmanager.SecretPolicy;
  role: typeof aws.iam.Role;
  rolePolicy: typeof aws.iam.RolePolicy;
  bucket: typeof aws.s3.Bucket;
  bucketObject: typeof aws.s3.BucketObjectv2;
  bucketPolicy: typeof aws.s3.BucketPolicy;
  bucketPublicAccessBlock: typeof aws.s3.BucketPublicAccessBlock;
  bucketOwnership: typeof aws.s3.BucketOwnershipControls;
  bucketVersioning: typeof aws.s3.BucketVersioning;
  bucketEncryption: typeof aws.s3.BucketServerSideEncryptionConfiguration;
  privateKey: typeof tls.PrivateKey;
  certRequest: typeof tls.CertRequest;
  selfSignedCert: typeof tls.SelfSignedCert;
  locallySignedCert: typeof tls.LocallySignedCert;
}

/** What the program asks for, before the resource is created or changed. Any of it may be unset. */
export type Inputs<K extends Kind> = Partial<Unwrap<NonNullable<ConstructorParameters<Classes[K]>[1]>>>;

/** What a resource has after the preview or the update. Where nothing was set, the AWS provider leaves it out or empty. */
type Outputs<K extends Kind> = Partial<ResolvedResource<InstanceType<Classes[K]>>>;

/** A resource as Pulumi shows it to both kinds of policy. Reading an unknown value throws. */
export type Seen = Pick<PolicyResource & ResourceValidationArgs, "type" | "name" | "urn" | "props" | "opts"> &
  Partial<Pick<PolicyResource, "provider">>;

/** A resource of a known type. */
export type SeenOf<K extends Kind> = Omit<Seen, "props"> & { readonly props: Outputs<K> };

/** The resources of one type. */
export const ofType = <K extends Kind>(resources: readonly Seen[], kind: K): readonly SeenOf<K>[] =>
  resources.filter((one): one is Seen & SeenOf<K> => one.type === types[kind]);

/** The settings of a bucket that are resources of their own. */
export const settingsOf = <K extends Kind>(
  resources: readonly Seen[],
  { props: { bucket } }: SeenOf<"bucket">,
  kind: K,
): readonly SeenOf<K>[] =>
  ofType(
    resources.filter(({ type, props }) => type === types[kind] && props.bucket === bucket),
    kind,
  );

/** The outputs of the stack that policies read. */
interface StackOutputs {
  readonly peers?: readonly PeerOutput[];
  readonly contract?: Partial<SenderContract | ReceiverContract>;
  readonly contractLabels?: Pick<ReceiverContract, "admits">;
  readonly setAside?: readonly SetAside[];
}

/** The stack itself, whose properties are its outputs. */
export const stacksIn = (resources: readonly Seen[]): readonly (Omit<Seen, "props"> & { props: StackOutputs })[] =>
  resources.filter(({ type }) => type === types.stack);

/** The peers in force, as the stack's output `peers` has them. */
export const peersOf = (resources: readonly Seen[]): readonly PeerOutput[] =>
  stacksIn(resources).flatMap(({ props }) => props.peers ?? []);
