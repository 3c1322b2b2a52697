import type { Mutation } from "./support/table.ts";

const certificate = "tls:index/locallySignedCert:LocallySignedCert";
const rolePolicy = "aws:iam/rolePolicy:RolePolicy";
const authority = {
  isCaCertificate: true,
  maxPathLength: 0,
  allowedUses: ["cert_signing", "crl_signing"],
  setSubjectKeyId: true,
  validityPeriodHours: 8766,
};
const statement = (change: (one: Record<string, unknown>) => void) => (props: { policy: string }) => {
  const document = JSON.parse(props.policy);
  change(document.Statement[0]);
  props.policy = JSON.stringify(document);
};

/** PKI, hosts' rights, buckets and the account. */
export const accountMutations: readonly Mutation[] = [
  [
    "sender",
    "keys are on P-224",
    ["keys-are-p256"],
    (it) =>
      it.edit("tls:index/privateKey:PrivateKey", (props) => {
        props.ecdsaCurve = "P224";
      }),
  ],
  [
    "sender",
    "keys are RSA",
    ["keys-are-p256"],
    (it) =>
      it.edit("tls:index/privateKey:PrivateKey", (props) => {
        props.algorithm = "RSA";
      }),
  ],
  [
    "sender",
    "a root is made in the everyday state",
    ["no-root-key"],
    (it) => it.add("tls:index/selfSignedCert:SelfSignedCert", { ...authority, maxPathLength: 1 }),
  ],
  [
    "sender",
    "an intermediate is signed in the everyday state",
    ["no-root-key"],
    (it) => it.add(certificate, authority),
  ],
  [
    "sender",
    "a trial's root may sign two tiers",
    ["authorities-sign-and-no-more"],
    (it) => {
      it.deployed.configuration.pki.root = "trial";
      it.add("tls:index/selfSignedCert:SelfSignedCert", { ...authority, maxPathLength: 2 });
    },
  ],
  [
    "sender",
    "a trial's intermediate may make authorities",
    ["authorities-sign-and-no-more"],
    (it) => {
      it.deployed.configuration.pki.root = "trial";
      it.add(certificate, { ...authority, maxPathLength: 1 });
    },
  ],
  [
    "sender",
    "a trial's intermediate is for servers too",
    ["authorities-sign-and-no-more"],
    (it) => {
      it.deployed.configuration.pki.root = "trial";
      it.add(certificate, { ...authority, allowedUses: ["cert_signing", "crl_signing", "server_auth"] });
    },
  ],
  [
    "sender",
    "a trial's root is valid for a century",
    ["lifetimes-are-bounded"],
    (it) => {
      it.deployed.configuration.pki.root = "trial";
      it.add("tls:index/selfSignedCert:SelfSignedCert", {
        ...authority,
        maxPathLength: 1,
        validityPeriodHours: 876_600,
      });
    },
  ],
  [
    "sender",
    "the leaf is an authority",
    ["no-root-key", "authorities-sign-and-no-more"],
    (it) =>
      it.edit(certificate, (props) => {
        props.isCaCertificate = true;
      }),
  ],
  [
    "sender",
    "the sender's leaf is for servers too",
    ["leaves-have-one-side"],
    (it) =>
      it.edit(certificate, (props) => {
        props.allowedUses.push("server_auth");
      }),
  ],
  [
    "receiver",
    "the receiver's leaf is for clients",
    ["leaves-have-one-side"],
    (it) =>
      it.edit(certificate, (props) => {
        props.allowedUses = ["digital_signature", "client_auth"];
      }),
  ],
  [
    "sender",
    "the leaf has a wildcard",
    ["leaves-have-one-side"],
    (it) =>
      it.edit("tls:index/certRequest:CertRequest", (props) => {
        props.dnsNames = ["*.account-a.internal"];
      }),
  ],
  [
    "sender",
    "the leaf is valid for a year",
    ["lifetimes-are-bounded"],
    (it) =>
      it.edit(certificate, (props) => {
        props.validityPeriodHours = 8766;
      }),
  ],
  [
    "sender",
    "an output holds the leaf's key",
    ["outputs-are-public"],
    (it) =>
      it.stackOutputs((props) => {
        props.key = "-----BEGIN PRIVATE KEY-----\n";
      }),
  ],
  [
    "sender",
    "a command has the key in its environment",
    ["no-key-material"],
    (it) =>
      it.edit("command:local:Command", (props) => {
        props.environment.KEY = "-----BEGIN PRIVATE KEY-----\n";
      }),
  ],
  [
    "sender",
    "a tag has an access key",
    ["no-key-material"],
    (it) =>
      it.edit("aws:ec2/vpc:Vpc", (props) => {
        props.tags.key = "AKIAIOSFODNN7EXAMPLE";
      }),
  ],
  [
    "sender",
    "user data has a key",
    ["no-key-material"],
    (it) =>
      it.edit("aws:ec2/instance:Instance", (props) => {
        props.userDataBase64 = Buffer.from(
          "#cloud-config\nwrite_files:\n  - content: |\n      -----BEGIN PRIVATE KEY-----\n",
        ).toString("base64");
      }),
  ],
  [
    "sender",
    "the host may do everything to secrets",
    ["rights-are-narrow"],
    (it) =>
      it.edit(
        rolePolicy,
        statement((one) => {
          one.Action = "secretsmanager:*";
        }),
      ),
  ],
  [
    "sender",
    "the host may read every bucket",
    ["rights-are-narrow"],
    (it) =>
      it.edit(
        rolePolicy,
        statement((one) => {
          one.Resource = "*";
        }),
      ),
  ],
  [
    "sender",
    "the host may do all but one thing",
    ["rights-are-narrow"],
    (it) =>
      it.edit(
        rolePolicy,
        statement((one) => {
          one.NotAction = one.Action;
          delete one.Action;
        }),
      ),
  ],
  [
    "sender",
    "the host's rights are worth something elsewhere",
    ["rights-are-narrow"],
    (it) =>
      it.edit(
        rolePolicy,
        statement((one) => {
          delete one.Condition;
        }),
      ),
  ],
  [
    "sender",
    "another account may assume the host's role",
    ["rights-are-narrow"],
    (it) =>
      it.edit("aws:iam/role:Role", (props) => {
        props.assumeRolePolicy = props.assumeRolePolicy.replace(
          '{"Service":"ec2.amazonaws.com"}',
          '{"AWS":"arn:aws:iam::333333333333:root"}',
        );
      }),
  ],
  [
    "sender",
    "the role has a managed policy",
    ["rights-are-narrow"],
    (it) =>
      it.edit("aws:iam/role:Role", (props) => {
        props.managedPolicyArns = ["arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"];
      }),
  ],
  [
    "sender",
    "an endpoint lets everybody through",
    ["rights-are-narrow"],
    (it) =>
      it.edit(
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        statement((one) => {
          delete one.Condition;
        }),
        "sender-s3",
      ),
  ],
  [
    "sender",
    "an endpoint has no policy",
    ["rights-are-narrow"],
    (it) =>
      it.edit(
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        (props) => {
          delete props.policy;
        },
        "sender-ssm",
      ),
  ],
  [
    "sender",
    "the bucket's policy lets everybody read",
    ["rights-are-narrow", "bucket-is-tls-only"],
    (it) =>
      it.edit(
        "aws:s3/bucketPolicy:BucketPolicy",
        statement((one) => {
          one.Effect = "Allow";
          one.Action = "s3:GetObject";
          delete one.Condition;
        }),
      ),
  ],
  [
    "sender",
    "the secret is under AWS' own key",
    ["secrets-have-their-own-key"],
    (it) =>
      it.edit("aws:secretsmanager/secret:Secret", (props) => {
        delete props.kmsKeyId;
      }),
  ],
  [
    "sender",
    "the key does not rotate",
    ["secrets-have-their-own-key"],
    (it) =>
      it.edit("aws:kms/key:Key", (props) => {
        props.enableKeyRotation = false;
      }),
  ],
  [
    "sender",
    "the bucket may be public",
    ["bucket-is-private"],
    (it) =>
      it.edit("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", (props) => {
        props.blockPublicPolicy = false;
      }),
  ],
  [
    "sender",
    "nothing keeps the bucket private",
    ["bucket-is-private"],
    (it) => it.remove("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"),
  ],
  [
    "sender",
    "the bucket goes with all it holds",
    ["bucket-is-private"],
    (it) =>
      it.edit("aws:s3/bucket:Bucket", (props) => {
        props.forceDestroy = true;
      }),
  ],
  [
    "sender",
    "the bucket keeps no versions",
    ["bucket-is-versioned"],
    (it) =>
      it.edit("aws:s3/bucketVersioning:BucketVersioning", (props) => {
        props.versioningConfiguration.status = "Suspended";
      }),
  ],
  [
    "sender",
    "the bucket encrypts nothing",
    ["bucket-is-versioned"],
    (it) => it.remove("aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"),
  ],
  [
    "sender",
    "the bucket answers in clear",
    ["bucket-is-tls-only"],
    (it) =>
      it.edit(
        "aws:s3/bucketPolicy:BucketPolicy",
        statement((one) => {
          one.Condition = { Bool: { "aws:SecureTransport": "true" } };
        }),
      ),
  ],
  ["sender", "the bucket has no policy", ["bucket-is-tls-only"], (it) => it.remove("aws:s3/bucketPolicy:BucketPolicy")],
  [
    "sender",
    "the provider is bound to another account",
    ["account-is-bound"],
    (it) =>
      it.edit("aws:ec2/vpc:Vpc", (_, resource) => {
        resource.provider = { ...otherProvider, props: { allowedAccountIds: ["333333333333"], region: "eu-west-1" } };
      }),
  ],
  [
    "sender",
    "the provider is bound to no account",
    ["account-is-bound"],
    (it) =>
      it.edit("aws:ec2/vpc:Vpc", (_, resource) => {
        resource.provider = { ...otherProvider, props: { region: "eu-west-1" } };
      }),
  ],
  [
    "sender",
    "a default provider is used",
    ["account-is-bound"],
    (it) =>
      it.edit("aws:ec2/vpc:Vpc", (_, resource) => {
        resource.provider = { ...otherProvider, name: "default_7_48_0" };
      }),
  ],
  ["sender", "an IAM user is made", ["types-are-known"], (it) => it.add("aws:iam/user:User", { name: "backdoor" })],
  [
    "sender",
    "another VPC is peered with",
    ["types-are-known"],
    (it) => it.add("aws:ec2/vpcPeeringConnection:VpcPeeringConnection", { peerVpcId: "vpc-1" }),
  ],
  [
    "sender",
    "a rule of the older kind is made",
    ["types-are-known"],
    (it) => it.add("aws:ec2/securityGroupRule:SecurityGroupRule", { type: "ingress", cidrBlocks: ["0.0.0.0/0"] }),
  ],
  [
    "sender",
    "a deviation from no policy is written",
    ["deviations-are-written"],
    (it) => {
      it.deployed.configuration.policy.deviations.push({
        policy: "no-such-policy",
        reason: "because it was said so",
        until: tomorrow(),
      });
    },
  ],
];

const otherProvider = {
  type: "pulumi:providers:aws",
  name: "other",
  urn: "urn:other",
  props: { allowedAccountIds: ["111111111111"], region: "eu-west-1" },
};
const tomorrow = () => new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
