import type { Configuration } from "@metrics-link/config";
import { Several, type Shape } from "../model/statements.ts";

/**
 * The statements of this product's policy documents, written a second time and compared with what the program renders, so
 * that neither can change alone. Names that AWS assigns are patterns.
 */
export interface Account {
  readonly id: string;
  readonly region: string;
  readonly deployer: string | undefined;
  /** The name of the stack's one host, and of its role in the link. */
  readonly host: Configuration["role"];
}

export const accountOf = ({ account, role }: Configuration): Account => ({
  id: account.id,
  region: account.region,
  deployer: account.assumeRole,
  host: role,
});

/** `arn:aws:`, or the same of another partition. */
const arn = "arn:aws(?:-us-gov|-cn)?";
const literal = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
const pattern = (rest: string) => new RegExp(`${arn}:${rest}`);
const id = "[a-z0-9-]+";

const bucketOf = ({ id: account, region, host }: Account) => `s3:::metrics-link-${host}-${account}-${region}`;
const secretOf = ({ id: account, region, host }: Account) =>
  `secretsmanager:${region}:${account}:secret:metrics-link/${host}/release`;
const hostRoleOf = ({ id: account, region, host }: Account): RegExp =>
  pattern(`iam::${account}:role/metrics-link-${host}-${region}`);
const suffixed = (account: Account) => pattern(`${secretOf(account)}-[A-Za-z0-9]{6}`);
const instances = ({ id: account, region }: Account) => pattern(`ec2:${region}:${account}:instance/\\*`);

const channels = ["ssmmessages:CreateControlChannel", "ssmmessages:OpenControlChannel"];

/** Who may assume a host's role. */
export const trustStatements: readonly Shape[] = [
  { Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" },
];

/** What a host may do. */
export function hostStatements(account: Account): readonly Shape[] {
  const home = { Condition: { StringEquals: { "aws:SourceVpc": new RegExp(id) } } };
  const folders = ["tools", "agent", `releases/${account.host}`];
  return [
    {
      Effect: "Allow",
      Action: "s3:GetObject",
      Resource: folders.map((folder) => pattern(`${bucketOf(account)}/${folder}/\\*`)),
      ...home,
    },
    { Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: suffixed(account), ...home },
    {
      Effect: "Allow",
      Action: "kms:Decrypt",
      Resource: pattern(`kms:${account.region}:${account.id}:key/${id}`),
      Condition: {
        StringEquals: {
          "kms:ViaService": `secretsmanager.${account.region}.amazonaws.com`,
          "kms:EncryptionContext:SecretARN": suffixed(account),
        },
      },
    },
    { Effect: "Allow", Action: "ssm:UpdateInstanceInformation", Resource: instances(account), ...home },
    { Effect: "Allow", Action: channels, Resource: "*", ...home },
  ];
}

/** What the endpoint of an AWS service lets through; undefined if hosts do not use the service. */
export function endpointStatements(account: Account, serviceName: string): readonly Shape[] | undefined {
  const owner = { "aws:PrincipalAccount": account.id };
  const everybody = { Effect: "Allow", Principal: "*" };
  const condition = { Condition: { StringEquals: owner } };
  switch (serviceName.replace(`com.amazonaws.${account.region}.`, "")) {
    case "s3":
      return [
        {
          ...everybody,
          Action: "s3:GetObject",
          Resource: pattern(`${bucketOf(account)}/\\*`),
          Condition: { StringEquals: { ...owner, "aws:ResourceAccount": account.id } },
        },
      ];
    case "secretsmanager": {
      const Resource = pattern(`${secretOf(account)}-${literal("??????")}`);
      return [{ ...everybody, Action: "secretsmanager:GetSecretValue", Resource, ...condition }];
    }
    case "ssm":
      return [{ ...everybody, Action: "ssm:UpdateInstanceInformation", Resource: instances(account), ...condition }];
    case "ssmmessages":
      return [{ ...everybody, Action: channels, Resource: "*", ...condition }];
    default:
      return undefined;
  }
}

const refusal = { Effect: "Deny", Principal: "*" };
const unless = (principals: unknown) => ({ Condition: { ArnNotEquals: { "aws:PrincipalArn": principals } } });

/** Denies everything but reads, whose actions AWS names Get, List and Describe (Service Authorization Reference). */
const changes = (deployer: string, reads: RegExp, Resource: unknown): Shape => ({
  ...refusal,
  NotAction: new Several(reads),
  Resource,
  ...unless(deployer),
});

const everythingIn = (bucket: string) => [pattern(`s3:::${literal(bucket)}`), pattern(`s3:::${literal(bucket)}/\\*`)];

export const refusesClearText = (bucket: string): Shape => ({
  ...refusal,
  Action: "s3:*",
  Resource: everythingIn(bucket),
  Condition: { Bool: { "aws:SecureTransport": "false" } },
});

/** The policy of a bucket of releases. */
export const bucketStatements = (deployer: string, bucket: string): readonly Shape[] => [
  refusesClearText(bucket),
  changes(deployer, /s3:(Get|List)[A-Za-z]+/, everythingIn(bucket)),
];

/** The policy of a host's secret. */
export const secretStatements = (account: Account, deployer: string): readonly Shape[] => [
  { ...refusal, Action: "secretsmanager:GetSecretValue", Resource: "*", ...unless([hostRoleOf(account), deployer]) },
  changes(deployer, /secretsmanager:(DescribeSecret|GetResourcePolicy|GetSecretValue|ListSecretVersionIds)/, "*"),
];

/** AWS' default key policy: IAM decides. */
const leftToIam = ({ id: account }: Account): Shape => ({
  Effect: "Allow",
  Principal: { AWS: pattern(`iam::${account}:root`) },
  Action: "kms:*",
  Resource: "*",
});

/** The policy of the key of a host's secret. */
export const keyStatements = (account: Account, deployer: string): readonly Shape[] => [
  leftToIam(account),
  { ...refusal, Action: "kms:Decrypt", Resource: "*", ...unless([hostRoleOf(account), deployer]) },
  changes(deployer, /kms:(Decrypt|(Describe|Get|List)[A-Za-z]+)/, "*"),
];
