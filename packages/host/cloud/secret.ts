import type { ReleaseSecret } from "@metrics-link/release";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { SecretFile } from "./host-args.ts";
import { type Entitled, keyPolicy, secretPolicy } from "./policies.ts";

export interface HostSecret {
  readonly key: aws.kms.Key;
  readonly secret: aws.secretsmanager.Secret;
  /** The secret files as a release refers to them: where they are, never what they are. */
  readonly references: pulumi.Output<ReleaseSecret[]>;
}

/**
 * A host's secret files: one secret, a JSON object of path → content, under a key of its own that no other host's role
 * may use. A new value makes a new version, and a release names the version that it wants.
 */
export function hostSecret(
  name: string,
  args: {
    readonly secretName: string;
    readonly keyAlias: string;
    readonly files: readonly SecretFile[];
    readonly roleArn: pulumi.Input<string>;
    /** The role of the update, which reads what it has written. Without one, whoever updates is not known by name. */
    readonly deployRoleArn: string | undefined;
    readonly tags: Readonly<Record<string, string>>;
  },
  own: pulumi.CustomResourceOptions,
): HostSecret {
  const entitled = entitledOf(args);
  const policy =
    entitled && pulumi.output(entitled).apply((known) => JSON.stringify(keyPolicy(accountOf(known), known)));
  const key = new aws.kms.Key(
    `${name}-key`,
    {
      description: `Secrets of the metrics-link host ${name}`,
      ...(policy && { policy }),
      enableKeyRotation: true,
      deletionWindowInDays: 30,
      tags: { ...args.tags, Name: `${name}-key` },
    },
    own,
  );
  new aws.kms.Alias(`${name}-key-alias`, { name: args.keyAlias, targetKeyId: key.keyId }, own);
  const secret = new aws.secretsmanager.Secret(
    `${name}-secret`,
    {
      name: args.secretName,
      description: `Secret files of the metrics-link host ${name}`,
      kmsKeyId: key.arn,
      // The name is taken while a deleted secret waits, and what it holds can be issued anew at any time.
      recoveryWindowInDays: 0,
      tags: { ...args.tags, Name: `${name}-secret` },
    },
    own,
  );
  const policies = entitled ? [guarded(name, secret, entitled, own)] : [];
  if (args.files.length === 0) return { key, secret, references: pulumi.output([]) };

  const value = pulumi
    .all(args.files.map(({ value }) => value))
    .apply((values) => JSON.stringify(Object.fromEntries(args.files.map(({ path }, index) => [path, values[index]]))));
  const version = new aws.secretsmanager.SecretVersion(
    `${name}-secret-version`,
    { secretId: secret.id, secretString: value },
    // The provider reads the value back: another role of the update must be let in first.
    { ...own, dependsOn: policies },
  );
  const references = pulumi.all([secret.arn, version.versionId]).apply(([secretArn, versionId]) =>
    args.files.map(({ path, mode, owner, group }) => ({
      path,
      mode,
      owner,
      group,
      secretArn,
      versionId,
      field: path,
    })),
  );
  // The reference is public; only the value is not. Without this the whole release document would count as a secret.
  return { key, secret, references: pulumi.unsecret(references) };
}

/** Who may read and change the secret; undefined where it is not known by name who deploys. */
function entitledOf(args: {
  readonly roleArn: pulumi.Input<string>;
  readonly deployRoleArn: string | undefined;
}): pulumi.Input<Entitled> | undefined {
  const { roleArn, deployRoleArn: deployer } = args;
  return deployer === undefined ? undefined : pulumi.output(roleArn).apply((host) => ({ host, deployer }));
}

/** The account of a role, as a key's policy names it. */
const accountOf = ({ host }: Entitled): string => host.replace(/:role\/.*$/, ":root");

/** Keeps everybody else in the account from the secret. */
function guarded(
  name: string,
  secret: aws.secretsmanager.Secret,
  entitled: pulumi.Input<Entitled>,
  own: pulumi.CustomResourceOptions,
): aws.secretsmanager.SecretPolicy {
  const policy = pulumi.output(entitled).apply((known) => JSON.stringify(secretPolicy(known)));
  return new aws.secretsmanager.SecretPolicy(`${name}-secret-readers`, { secretArn: secret.arn, policy }, own);
}
