import type { Mutation } from "../support/table.ts";

// A statement of a policy document, whose keys a mutation knows.
// biome-ignore lint/suspicious/noExplicitAny: see above
type Statement = any;

const bucketPolicy = "aws:s3/bucketPolicy:BucketPolicy";
const secretPolicy = "aws:secretsmanager/secretPolicy:SecretPolicy";
const key = "aws:kms/key:Key";
const rolePolicy = "aws:iam/rolePolicy:RolePolicy";
const role = "aws:iam/role:Role";
const endpoint = "aws:ec2/vpcEndpoint:VpcEndpoint";
const stranger = "arn:aws:iam::333333333333:root";

const statements = (change: (all: Statement[]) => void) => (props: { policy: string }) => {
  const document = JSON.parse(props.policy);
  change(document.Statement);
  props.policy = JSON.stringify(document);
};
/** Changes the statement of this name. */
const statement = (sid: string, change: (one: Statement) => void) =>
  statements((all) => {
    const found = all.find(({ Sid }) => Sid === sid);
    if (found === undefined) throw new Error(`there is no statement ${sid}`);
    change(found);
  });
const others = (change: (one: Statement) => void) => statement("ChangedByTheDeployerOnly", change);
const deployers = ["changes-are-the-deployers"];
const narrow = ["rights-are-narrow"];
/** Reads everything of Secrets Manager. */
const readsAll = { Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: "*" };

/** Who may write, give rights, and pose as this side. */
export const writeRights: readonly Mutation[] = [
  [
    "sender",
    "anybody may replicate into the bucket",
    deployers,
    (it) =>
      it.edit(
        bucketPolicy,
        others((one) => one.NotAction.push("s3:ReplicateObject")),
      ),
  ],
  [
    "sender",
    "anybody may give the bucket a lifecycle",
    deployers,
    (it) =>
      it.edit(
        bucketPolicy,
        others((one) => one.NotAction.push("s3:PutLifecycleConfiguration")),
      ),
  ],
  [
    "receiver",
    "anybody may give the bucket a notification",
    deployers,
    (it) =>
      it.edit(
        bucketPolicy,
        others((one) => one.NotAction.push("s3:PutBucketNotification")),
      ),
  ],
  [
    "sender",
    "writes are listed instead of reads",
    deployers,
    (it) =>
      it.edit(
        bucketPolicy,
        others((one) => {
          delete one.NotAction;
          one.Action = ["s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion"];
        }),
      ),
  ],
  [
    "sender",
    "every read is one by a star",
    deployers,
    (it) =>
      it.edit(
        bucketPolicy,
        others((one) => one.NotAction.push("s3:*")),
      ),
  ],
  [
    "sender",
    "the bucket itself is left out",
    deployers,
    (it) =>
      it.edit(
        bucketPolicy,
        others((one) => one.Resource.shift()),
      ),
  ],
  [
    "sender",
    "one more deploys",
    deployers,
    (it) =>
      it.edit(
        bucketPolicy,
        others((one) => {
          one.Condition.ArnNotEquals["aws:PrincipalArn"] = [
            one.Condition.ArnNotEquals["aws:PrincipalArn"],
            "arn:aws:iam::111111111111:role/ci",
          ];
        }),
      ),
  ],
  [
    "sender",
    "every role deploys",
    deployers,
    (it) =>
      it.edit(
        bucketPolicy,
        others((one) => {
          one.Condition.ArnNotEquals["aws:PrincipalArn"] = "arn:aws:iam::111111111111:role/*";
        }),
      ),
  ],
  [
    "sender",
    "AWS' services are let out of the refusal",
    deployers,
    (it) =>
      it.edit(
        bucketPolicy,
        others((one) => {
          one.Condition.Bool = { "aws:PrincipalIsAWSService": "false" };
        }),
      ),
  ],
  [
    "sender",
    "a role without an ARN is let out of the refusal",
    deployers,
    (it) =>
      it.edit(
        bucketPolicy,
        others((one) => {
          one.Condition.ArnNotEqualsIfExists = one.Condition.ArnNotEquals;
          delete one.Condition.ArnNotEquals;
        }),
      ),
  ],
  [
    "sender",
    "one principal is let out of the refusal",
    deployers,
    (it) =>
      it.edit(
        bucketPolicy,
        others((one) => {
          delete one.Principal;
          one.NotPrincipal = { AWS: stranger };
        }),
      ),
  ],
  [
    "receiver",
    "a stranger reads the bucket",
    deployers,
    (it) =>
      it.edit(
        bucketPolicy,
        statements((all) =>
          all.push({ Effect: "Allow", Principal: { AWS: stranger }, Action: "s3:GetObject", Resource: "*" }),
        ),
      ),
  ],
  [
    "sender",
    "the bucket's policy has a key twice",
    deployers,
    (it) =>
      it.edit(bucketPolicy, (props) => {
        props.policy = props.policy.replace('"NotAction":', '"NotAction":["s3:*"],"NotAction":');
      }),
  ],
  [
    "sender",
    "the bucket's policy is of another version",
    deployers,
    (it) =>
      it.edit(bucketPolicy, (props) => {
        props.policy = props.policy.replace("2012-10-17", "2008-10-17");
      }),
  ],
  ["sender", "the secret has no policy", deployers, (it) => it.remove(secretPolicy)],
  [
    "receiver",
    "a stranger reads the secret",
    deployers,
    (it) =>
      it.edit(
        secretPolicy,
        statements((all) => all.push({ ...readsAll, Principal: { AWS: stranger } })),
      ),
  ],
  [
    "sender",
    "one more role reads the secret",
    deployers,
    (it) =>
      it.edit(
        secretPolicy,
        statement("ReadersOnly", (one) =>
          one.Condition.ArnNotEquals["aws:PrincipalArn"].push("arn:aws:iam::111111111111:role/auditor"),
        ),
      ),
  ],
  [
    "sender",
    "another role than the host's reads the secret",
    deployers,
    (it) =>
      it.edit(
        secretPolicy,
        statement("ReadersOnly", (one) => {
          one.Condition.ArnNotEquals["aws:PrincipalArn"][0] = "arn:aws:iam::111111111111:role/auditor";
        }),
      ),
  ],
  [
    "sender",
    "anybody may replicate the secret",
    deployers,
    (it) =>
      it.edit(
        secretPolicy,
        others((one) => one.NotAction.push("secretsmanager:ReplicateSecretToRegions")),
      ),
  ],
  [
    "receiver",
    "the secret's refusal names the primary alone",
    deployers,
    (it) =>
      it.edit(
        secretPolicy,
        others((one) => {
          one.Resource = "arn:aws:secretsmanager:eu-west-1:222222222222:secret:metrics-link/receiver/release-AbCdEf";
        }),
      ),
  ],
  [
    "sender",
    "changes of the secret are anybody's",
    deployers,
    (it) =>
      it.edit(
        secretPolicy,
        statements((all) => all.pop()),
      ),
  ],
  [
    "sender",
    "the key has no policy",
    deployers,
    (it) =>
      it.edit(key, (props) => {
        delete props.policy;
      }),
  ],
  [
    "sender",
    "anybody may grant the key",
    deployers,
    (it) =>
      it.edit(
        key,
        others((one) => one.NotAction.push("kms:CreateGrant")),
      ),
  ],
  [
    "sender",
    "a stranger uses the key",
    deployers,
    (it) =>
      it.edit(
        key,
        statements((all) =>
          all.push({ Effect: "Allow", Principal: { AWS: stranger }, Action: "kms:Decrypt", Resource: "*" }),
        ),
      ),
  ],
  [
    "receiver",
    "whoever has the right decrypts",
    deployers,
    (it) =>
      it.edit(
        key,
        statements((all) => all.splice(1, 1)),
      ),
  ],
  [
    "sender",
    "nobody is named who deploys",
    deployers,
    (it) => {
      delete (it.deployed.configuration.account as { assumeRole?: string }).assumeRole;
    },
  ],
  [
    "sender",
    "the role has no boundary",
    ["roles-are-bounded"],
    (it) =>
      it.edit(role, (props) => {
        delete props.permissionsBoundary;
      }),
  ],
  [
    "sender",
    "the role has another boundary",
    ["roles-are-bounded"],
    (it) =>
      it.edit(role, (props) => {
        props.permissionsBoundary = "arn:aws:iam::aws:policy/AdministratorAccess";
      }),
  ],
  [
    "receiver",
    "the configuration names no boundary",
    ["roles-are-bounded"],
    (it) => {
      delete (it.deployed.configuration.account as { permissionsBoundary?: string }).permissionsBoundary;
    },
  ],
  [
    "sender",
    "the host reads every secret",
    narrow.concat(deployers),
    (it) =>
      it.edit(
        rolePolicy,
        statements((all) => all.push(readsAll)),
      ),
  ],
  [
    "sender",
    "the host makes keys of users",
    narrow,
    (it) =>
      it.edit(
        rolePolicy,
        statements((all) =>
          all.push({ Effect: "Allow", Action: "iam:CreateAccessKey", Resource: "arn:aws:iam::111111111111:user/x" }),
        ),
      ),
  ],
  [
    "sender",
    "the host writes releases",
    narrow,
    (it) =>
      it.edit(
        rolePolicy,
        statement("ReadReleases", (one) => {
          one.Action = "s3:PutObject";
        }),
      ),
  ],
  [
    "sender",
    "the host reads another host's releases",
    narrow,
    (it) =>
      it.edit(
        rolePolicy,
        statement("ReadReleases", (one) => {
          one.Resource[2] = one.Resource[2].replace("releases/sender", "releases/receiver");
        }),
      ),
  ],
  [
    "sender",
    "the host's rights count in another network",
    deployers,
    (it) =>
      it.edit(
        rolePolicy,
        statement("ReadOwnSecret", (one) => {
          one.Condition.StringEquals["aws:SourceVpc"] = "vpc-0123456789abcdef0";
        }),
      ),
  ],
  [
    "sender",
    "the host's rights count in two networks",
    narrow.concat(deployers),
    (it) =>
      it.edit(
        rolePolicy,
        statement("ReadOwnSecret", (one) => {
          one.Condition.StringEquals["aws:SourceVpc"] = [
            one.Condition.StringEquals["aws:SourceVpc"],
            "vpc-0123456789abcdef0",
          ];
        }),
      ),
  ],
  [
    "sender",
    "the host's rights count where there is no network",
    narrow,
    (it) =>
      it.edit(
        rolePolicy,
        statement("ReadOwnSecret", (one) => {
          one.Condition = { StringEqualsIfExists: one.Condition.StringEquals };
        }),
      ),
  ],
  [
    "sender",
    "the host reads another secret",
    deployers,
    (it) =>
      it.edit(
        rolePolicy,
        statement("ReadOwnSecret", (one) => {
          one.Resource = one.Resource.replace("AbCdEf", "FeDcBa");
        }),
      ),
  ],
  [
    "sender",
    "the host opens another key",
    deployers,
    (it) =>
      it.edit(
        rolePolicy,
        statement("OpenOwnSecret", (one) => {
          one.Resource = "arn:aws:kms:eu-west-1:111111111111:key/2";
        }),
      ),
  ],
  [
    "sender",
    "the host's role is an ECS task's too",
    narrow,
    (it) =>
      it.edit(role, (props) => {
        props.assumeRolePolicy = props.assumeRolePolicy.replace(
          '"ec2.amazonaws.com"',
          '["ec2.amazonaws.com","ecs-tasks.amazonaws.com"]',
        );
      }),
  ],
  [
    "sender",
    "the host's role has inline policies",
    narrow,
    (it) =>
      it.edit(role, (props) => {
        props.inlinePolicies = [{ name: "more", policy: JSON.stringify({ Statement: [readsAll] }) }];
      }),
  ],
  [
    "sender",
    "an endpoint leads to other buckets",
    narrow,
    (it) =>
      it.edit(
        endpoint,
        statements(([one]) => {
          one.Resource = "*";
        }),
        "sender-s3",
      ),
  ],
  [
    "sender",
    "an endpoint lets objects out",
    narrow,
    (it) =>
      it.edit(
        endpoint,
        statements(([one]) => {
          one.Action = ["s3:GetObject", "s3:PutObject"];
        }),
        "sender-s3",
      ),
  ],
];
