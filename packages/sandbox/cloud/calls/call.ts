/** Calls to AWS' API as IAM sees them: an action, and the resources that the caller's policies must allow it on. */

/** The account, the region and the role of a stack: what the names of its resources are made of. */
export interface Place {
  readonly account: string;
  readonly region: string;
  readonly role: string;
}

const product = "metrics-link";

/** Resources whose ids AWS makes up: a tag tells whose they are. https://docs.aws.amazon.com/service-authorization */
const byTag = {
  "elastic-ip": "ec2",
  "firewall-domain-list": "route53resolver",
  "firewall-rule-group": "route53resolver",
  "firewall-rule-group-association": "route53resolver",
  image: "ec2",
  instance: "ec2",
  "internet-gateway": "ec2",
  key: "kms",
  "listener/net": "elasticloadbalancing",
  "loadbalancer/net": "elasticloadbalancing",
  natgateway: "ec2",
  "network-interface": "ec2",
  policy: "dlm",
  "route-table": "ec2",
  "security-group": "ec2",
  "security-group-rule": "ec2",
  snapshot: "ec2",
  subnet: "ec2",
  targetgroup: "elasticloadbalancing",
  volume: "ec2",
  vpc: "ec2",
  "vpc-endpoint": "ec2",
  "vpc-peering-connection": "ec2",
} as const;

/** Resources that the program names, or that AWS names and the program does not make. */
const byName = {
  alias: ({ account, region, role }: Place) => `arn:aws:kms:${region}:${account}:alias/${product}/${role}`,
  bucket: ({ account, region, role }: Place) => `arn:aws:s3:::${product}-${role}-${account}-${region}`,
  document: ({ region }: Place) => `arn:aws:ssm:${region}::document/AWS-RunShellScript`,
  // AWS has one for each VPC, and it takes no tags of the program.
  "firewall-config": ({ account, region }: Place) => `arn:aws:route53resolver:${region}:${account}:firewall-config/*`,
  "instance-profile": ({ account, region, role }: Place) =>
    `arn:aws:iam::${account}:instance-profile/${product}-${role}-${region}`,
  "balancers-role": ({ account }: Place) =>
    `arn:aws:iam::${account}:role/aws-service-role/elasticloadbalancing.amazonaws.com/AWSServiceRoleForElasticLoadBalancing`,
  object: ({ account, region, role }: Place) => `arn:aws:s3:::${product}-${role}-${account}-${region}/*`,
  role: ({ account, region, role }: Place) => `arn:aws:iam::${account}:role/${product}-${role}-${region}`,
  // What administrators make, and the examples name: account.snapshotRole.
  "snapshot-role": ({ account }: Place) => `arn:aws:iam::${account}:role/${product}-snapshots`,
  secret: ({ account, region, role }: Place) =>
    `arn:aws:secretsmanager:${region}:${account}:secret:${product}/${role}/release*`,
} as const;

type Tagged = keyof typeof byTag;
type Named = keyof typeof byName;
export type Kind = Tagged | Named;

export const isTagged = (kind: Kind): kind is Tagged => kind in byTag;

/** The ARN of a resource by its id, or of all of its kind. */
export function arnOf(kind: Tagged, { account, region }: Pick<Place, "account" | "region">, id = "*"): string {
  if (id.startsWith("arn:")) return id;
  const owner = kind === "image" || kind === "snapshot" ? "" : account;
  return `arn:aws:${byTag[kind]}:${region}:${owner}:${kind}/${id}`;
}

/** The ARN of a resource that the program names; a star for what AWS adds. */
export const namedArn = (kind: Named, place: Place): string => byName[kind](place);

/**
 * A resource that a call is about:
 * - `created`: it comes to be by this call, with the program's tags, or, where `isUntagged`, with none;
 * - `adopted`: it came to be without tags by another call, and this one tags it;
 * - `own`: the resource itself, which is there;
 * - anything else: the input that names it, or them.
 */
export interface Subject {
  readonly kind: Kind;
  readonly of: "created" | "adopted" | "own" | { readonly input: string };
  readonly isUntagged?: boolean;
}

export interface Call {
  /** As policies name it: `ec2:AllocateAddress`. */
  readonly action: string;
  /** All of these must be allowed. None: AWS knows no resource level for this action. */
  readonly on: readonly Subject[];
  /** Context keys besides tags and region. */
  readonly context?: Readonly<Record<string, string>>;
  /** Only when one of these inputs is set at a creation, or changes in an update. */
  readonly when?: readonly string[];
}

/** What the official provider calls in the life of a resource. An update without a change of `when` calls nothing. */
export interface Calls {
  readonly create: readonly Call[];
  readonly read: readonly Call[];
  readonly update: readonly Call[];
  readonly delete: readonly Call[];
}

export const created = (kind: Kind): Subject => ({ kind, of: "created" });
export const untagged = (kind: Kind): Subject => ({ kind, of: "created", isUntagged: true });
export const own = (kind: Kind): Subject => ({ kind, of: "own" });
export const by = (input: string, kind: Kind): Subject => ({ kind, of: { input } });

/** Calls about no resource in particular. */
export const lists = (service: string, ...names: readonly string[]): Call[] =>
  names.map((name) => ({ action: `${service}:${name}`, on: [] }));

/** Calls about one resource. */
export const about = (subject: Subject, service: string, ...names: readonly string[]): Call[] =>
  names.map((name) => ({ action: `${service}:${name}`, on: [subject] }));

export const call = (action: string, ...on: readonly Subject[]): Call => ({ action, on });
export const when = (inputs: readonly string[], ...calls: readonly Call[]): Call[] =>
  calls.map((one) => ({ ...one, when: inputs }));
