import { type Configuration, snapshotRoleOf } from "@metrics-link/config";
import { releaseKeys } from "@metrics-link/release";
import { type Account, accountOf } from "./rights.ts";

/**
 * The properties that the program sets, by type: their paths, with `[]` for a list's members. Whatever is below a listed
 * path (tags, documents) is not checked by name. A test compares this with what the program registers in both roles, so
 * a new property has to be added here, where a reviewer sees it.
 */
const paths = (text: string): readonly string[] => text.trim().split(/\s+/);

const rule = paths("description fromPort ipProtocol referencedSecurityGroupId securityGroupId toPort cidrIpv4");

export const setByTheProgram: Readonly<Record<string, readonly string[]>> = {
  "aws:dlm/lifecyclePolicy:LifecyclePolicy": paths(`
    description executionRoleArn policyDetails.resourceTypes policyDetails.schedules[].copyTags
    policyDetails.schedules[].createRule.interval policyDetails.schedules[].createRule.intervalUnit
    policyDetails.schedules[].createRule.times policyDetails.schedules[].name policyDetails.schedules[].retainRule.count
    policyDetails.targetTags state tags`),
  "aws:ebs/volume:Volume": paths("availabilityZone encrypted size snapshotId tags type"),
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": paths("egress ingress tags vpcId"),
  "aws:ec2/eip:Eip": paths("domain tags"),
  "aws:ec2/instance:Instance": paths(`
    ami associatePublicIpAddress iamInstanceProfile instanceType metadataOptions.httpEndpoint
    metadataOptions.httpPutResponseHopLimit metadataOptions.httpTokens metadataOptions.instanceMetadataTags
    rootBlockDevice.encrypted rootBlockDevice.tags rootBlockDevice.volumeSize rootBlockDevice.volumeType subnetId tags
    userDataBase64 userDataReplaceOnChange vpcSecurityGroupIds`),
  "aws:ec2/internetGateway:InternetGateway": paths("tags vpcId"),
  "aws:ec2/natGateway:NatGateway": paths("allocationId subnetId tags"),
  "aws:ec2/route:Route": paths(
    "destinationCidrBlock gatewayId natGatewayId routeTableId transitGatewayId vpcPeeringConnectionId",
  ),
  "aws:ec2/routeTable:RouteTable": paths("tags vpcId"),
  "aws:ec2/routeTableAssociation:RouteTableAssociation": paths("routeTableId subnetId"),
  "aws:ec2/securityGroup:SecurityGroup": paths("description tags vpcId"),
  "aws:ec2/subnet:Subnet": paths("availabilityZone cidrBlock mapPublicIpOnLaunch tags vpcId"),
  "aws:ec2/volumeAttachment:VolumeAttachment": paths("deviceName instanceId stopInstanceBeforeDetaching volumeId"),
  "aws:ec2/vpc:Vpc": paths("cidrBlock enableDnsHostnames enableDnsSupport tags"),
  "aws:ec2/vpcEndpoint:VpcEndpoint": paths(`
    policy privateDnsEnabled routeTableIds securityGroupIds serviceName subnetIds tags vpcEndpointType vpcId`),
  "aws:iam/instanceProfile:InstanceProfile": paths("name role tags"),
  "aws:iam/role:Role": paths("assumeRolePolicy description name permissionsBoundary tags"),
  "aws:iam/rolePolicy:RolePolicy": paths("name policy role"),
  "aws:kms/alias:Alias": paths("name targetKeyId"),
  "aws:kms/key:Key": paths("deletionWindowInDays description enableKeyRotation policy tags"),
  "aws:lb/listener:Listener": paths(
    "defaultActions[].targetGroupArn defaultActions[].type loadBalancerArn port protocol",
  ),
  "aws:lb/loadBalancer:LoadBalancer": paths(`
    enableCrossZoneLoadBalancing enableDeletionProtection internal loadBalancerType securityGroups
    subnetMappings[].allocationId subnetMappings[].subnetId tags`),
  "aws:lb/targetGroup:TargetGroup": paths(`
    deregistrationDelay healthCheck.healthyThreshold healthCheck.interval healthCheck.path healthCheck.port
    healthCheck.protocol healthCheck.unhealthyThreshold port preserveClientIp protocol tags targetType vpcId`),
  "aws:lb/targetGroupAttachment:TargetGroupAttachment": paths("port targetGroupArn targetId"),
  "aws:route53/resolverFirewallConfig:ResolverFirewallConfig": paths("firewallFailOpen resourceId"),
  "aws:route53/resolverFirewallDomainList:ResolverFirewallDomainList": paths("domains name tags"),
  "aws:route53/resolverFirewallRule:ResolverFirewallRule": paths(`
    action blockResponse firewallDomainListId firewallDomainRedirectionAction firewallRuleGroupId name priority`),
  "aws:route53/resolverFirewallRuleGroup:ResolverFirewallRuleGroup": paths("name tags"),
  "aws:route53/resolverFirewallRuleGroupAssociation:ResolverFirewallRuleGroupAssociation": paths(
    "firewallRuleGroupId mutationProtection name priority tags vpcId",
  ),
  "aws:s3/bucket:Bucket": paths("bucket forceDestroy tags"),
  "aws:s3/bucketObjectv2:BucketObjectv2": paths(
    "bucket content contentBase64 contentType etag key source sourceHash tags",
  ),
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": paths("bucket rule.objectOwnership"),
  "aws:s3/bucketPolicy:BucketPolicy": paths("bucket policy"),
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": paths(
    "blockPublicAcls blockPublicPolicy bucket ignorePublicAcls restrictPublicBuckets",
  ),
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": paths(
    "bucket rules[].applyServerSideEncryptionByDefault.sseAlgorithm",
  ),
  "aws:s3/bucketVersioning:BucketVersioning": paths("bucket versioningConfiguration.status"),
  "aws:secretsmanager/secret:Secret": paths("description kmsKeyId name recoveryWindowInDays tags"),
  "aws:secretsmanager/secretPolicy:SecretPolicy": paths("policy secretArn"),
  "aws:secretsmanager/secretVersion:SecretVersion": paths("secretId secretString"),
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": [...rule, "prefixListId"],
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": rule,
  "command:local:Command": paths(`
    addPreviousOutputInEnv create environment.METRICS_LINK_ASSUME_ROLE environment.METRICS_LINK_DEADLINE_SECONDS
    environment.METRICS_LINK_EXTERNAL_ID environment.METRICS_LINK_FORCE environment.METRICS_LINK_INSTANCE_ID
    environment.METRICS_LINK_REGION environment.METRICS_LINK_RELEASE_ID environment.METRICS_LINK_SESSION_NAME
    environment.METRICS_LINK_SESSION_SECONDS`),
  "pulumi:providers:aws": paths(`
    allowedAccountIds assumeRoles[].duration assumeRoles[].externalId assumeRoles[].roleArn assumeRoles[].sessionName
    defaultTags.tags region skipCredentialsValidation skipRegionValidation`),
  "tls:index/certRequest:CertRequest": paths("dnsNames privateKeyPem subject.commonName subject.organization"),
  "tls:index/locallySignedCert:LocallySignedCert": paths(`
    allowedUses caCertPem caPrivateKeyPem certRequestPem earlyRenewalHours isCaCertificate maxPathLength setSubjectKeyId
    validityPeriodHours`),
  "tls:index/privateKey:PrivateKey": paths("algorithm ecdsaCurve"),
  "tls:index/selfSignedCert:SelfSignedCert": paths(`
    allowedUses earlyRenewalHours isCaCertificate maxPathLength privateKeyPem setSubjectKeyId subject.commonName subject.organization
    validityPeriodHours`),
};

/** The defaults that providers add where the program sets nothing, by type and path. No other value is allowed. */
export const byDefault: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "aws:dlm/lifecyclePolicy:LifecyclePolicy": { "policyDetails.policyType": "EBS_SNAPSHOT_MANAGEMENT" },
  "aws:ebs/volume:Volume": { finalSnapshot: false },
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": { revokeRulesOnDelete: false },
  "aws:ec2/instance:Instance": {
    disableApiTermination: false,
    forceDestroy: false,
    getPasswordData: false,
    "metadataOptions.httpProtocolIpv6": "disabled",
    "rootBlockDevice.deleteOnTermination": true,
    sourceDestCheck: true,
  },
  "aws:ec2/natGateway:NatGateway": { connectivityType: "public" },
  "aws:ec2/securityGroup:SecurityGroup": { revokeRulesOnDelete: false },
  "aws:ec2/subnet:Subnet": {
    assignIpv6AddressOnCreation: false,
    enableDns64: false,
    enableResourceNameDnsAaaaRecordOnLaunch: false,
    enableResourceNameDnsARecordOnLaunch: false,
    ipv6Native: false,
  },
  "aws:ec2/vpc:Vpc": { instanceTenancy: "default" },
  "aws:iam/instanceProfile:InstanceProfile": { path: "/" },
  "aws:iam/role:Role": { forceDetachPolicies: false, maxSessionDuration: 3600, path: "/" },
  "aws:kms/key:Key": {
    bypassPolicyLockoutSafetyCheck: false,
    customerMasterKeySpec: "SYMMETRIC_DEFAULT",
    isEnabled: true,
    keyUsage: "ENCRYPT_DECRYPT",
  },
  "aws:lb/loadBalancer:LoadBalancer": {
    clientKeepAlive: 3600,
    desyncMitigationMode: "defensive",
    dnsRecordClientRoutingPolicy: "any_availability_zone",
    dropInvalidHeaderFields: false,
    enableHttp2: true,
    enableTlsVersionAndCipherSuiteHeaders: false,
    enableWafFailOpen: false,
    enableXffClientPort: false,
    enableZonalShift: false,
    idleTimeout: 60,
    preserveHostHeader: false,
    xffHeaderProcessingMode: "append",
  },
  "aws:lb/targetGroup:TargetGroup": {
    "healthCheck.enabled": true,
    lambdaMultiValueHeadersEnabled: false,
    proxyProtocolV2: false,
    slowStart: 0,
  },
  "aws:s3/bucketObjectv2:BucketObjectv2": { forceDestroy: false },
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": { skipDestroy: false },
  "aws:secretsmanager/secret:Secret": { forceOverwriteReplicaSecret: false },
  "command:local:Command": { logging: "stdoutAndStderr" },
  "tls:index/locallySignedCert:LocallySignedCert": { isCaCertificate: false, setAuthorityKeyId: false },
  "tls:index/privateKey:PrivateKey": { rsaBits: 2048 },
  "tls:index/selfSignedCert:SelfSignedCert": { setAuthorityKeyId: false },
  "pulumi:providers:aws": {
    skipMetadataApiCheck: false,
    skipRequestingAccountId: false,
  },
};

/** Properties that providers generate and that differ each time: names and versions. */
export const madeByProviders: Readonly<Record<string, readonly string[]>> = {
  "aws:ec2/securityGroup:SecurityGroup": ["name"],
  "aws:lb/loadBalancer:LoadBalancer": ["name"],
  "aws:lb/targetGroup:TargetGroup": ["name"],
  "pulumi:providers:aws": ["version"],
  "pulumi:providers:command": ["version"],
  "pulumi:providers:tls": ["version"],
};

/** The required value of a property: a value, a pattern, or the length of a list. */
export type Expected = string | boolean | RegExp | { readonly members: number };

/**
 * Values that no other policy checks, by type and path: the identity of a host, what it runs first, and what runs on the
 * machine of the update.
 */
export function knownValues(
  configuration: Configuration,
): Readonly<Record<string, Readonly<Record<string, Expected>>>> {
  const account = accountOf(configuration);
  const { host, region } = account;
  const role = `metrics-link-${host}-${region}`;
  return {
    "aws:dlm/lifecyclePolicy:LifecyclePolicy": {
      executionRoleArn: snapshotRoleOf(configuration.account),
      state: "ENABLED",
    },
    "aws:ec2/instance:Instance": {
      ami: configuration.host.imageId,
      iamInstanceProfile: role,
      instanceType: configuration.host.instanceType,
      "metadataOptions.httpEndpoint": "enabled",
      userDataReplaceOnChange: false,
      vpcSecurityGroupIds: { members: 1 },
    },
    "aws:iam/instanceProfile:InstanceProfile": { name: role, role },
    "aws:iam/role:Role": { name: role },
    "aws:iam/rolePolicy:RolePolicy": { name: "host" },
    "aws:kms/alias:Alias": { name: `alias/metrics-link/${host}` },
    "aws:s3/bucket:Bucket": { bucket: bucketOf(account) },
    "aws:s3/bucketObjectv2:BucketObjectv2": { bucket: bucketOf(account), key: keysOf(account) },
    "aws:secretsmanager/secret:Secret": { name: `metrics-link/${host}/release` },
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": { referencedSecurityGroupId: ownGroup },
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": { referencedSecurityGroupId: ownGroup },
    "command:local:Command": {
      addPreviousOutputInEnv: false,
      // Relative to where the program runs: the folder of `main` in Pulumi.yaml, or the repository in a test.
      create: /node (\.\.\/)?packages\/host\/converge\/main\.ts/,
      "environment.METRICS_LINK_ASSUME_ROLE": configuration.account.assumeRole ?? "",
      "environment.METRICS_LINK_EXTERNAL_ID": configuration.account.externalId ?? "",
      "environment.METRICS_LINK_REGION": region,
      "environment.METRICS_LINK_SESSION_NAME": configuration.account.sessionName ?? "",
    },
    "pulumi:providers:aws": {
      "assumeRoles[].externalId": configuration.account.externalId ?? "",
      "assumeRoles[].roleArn": configuration.account.assumeRole ?? "",
      "assumeRoles[].sessionName": configuration.account.sessionName ?? "",
      region,
    },
  };
}

/** A security group of this account: a reference to another account's group starts with its account id. */
const ownGroup = /[a-z0-9-]+/;

const bucketOf = ({ host, id, region }: Account) => `metrics-link-${host}-${id}-${region}`;

/** Tools and the agent by their hashes; the host's bootstrap list, its releases, and the pointer to one. */
const keysOf = ({ host }: Account) => {
  const current = releaseKeys.current(host).replaceAll(".", "\\.");
  const hash = "[0-9a-f]{64}";
  return new RegExp(
    `(tools/[a-z0-9_-]+/[0-9A-Za-z.+~-]+/${hash}[a-z0-9.]*|agent/${hash}\\.mjs|${current}|releases/${host}/(bootstrap\\.txt|${hash}\\.json))`,
  );
};

/** What is wrong with a value; undefined if nothing is. */
export function faultOf(found: unknown, expected: Expected): string | undefined {
  if (expected instanceof RegExp) {
    const whole = new RegExp(`^(?:${expected.source})$`);
    return typeof found === "string" && whole.test(found) ? undefined : `${JSON.stringify(found)}, which is not known`;
  }
  if (typeof expected === "object") {
    const count = Array.isArray(found) ? found.length : 0;
    return count === expected.members ? undefined : `of ${count} members instead of ${expected.members}`;
  }
  return found === expected ? undefined : `${JSON.stringify(found)} instead of ${JSON.stringify(expected)}`;
}
