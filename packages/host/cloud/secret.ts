import type { ReleaseSecret } from "@metrics-link/release";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { SecretFile } from "./host-args.ts";
import { type Entitled, keyPolicy, secretPolicy } from "./policies.ts";

interface HostSecret {
  readonly key: aws.kms.Key;
  readonly secret: aws.secretsmanager.Secret;
  /** The secret files as a release refers to them: their places, never their values. */
  readonly references: pulumi.Output<ReleaseSecret[]>;
  /** False while the version in Secrets Manager has other values, because `--target` or `--exclude` left it out. */
  readonly isStored: pulumi.Output<boolean>;
}

/**
 * A host's secret files: one secret, a JSON object of path → content, encrypted with a key that no other host's role may
 * use. A new value makes a new version; a release names the version that it needs.
 */
export function hostSecret(
  name: string,
  args: {
    readonly secretName: string;
    readonly keyAlias: string;
    readonly files: readonly SecretFile[];
    readonly roleArn: pulumi.Input<string>;
    /** The role of the update, which reads back what it has written. Undefined: the deployer's name is unknown. */
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
      // A deleted secret would block its name while it waits, and its content can be issued again at any time.
      recoveryWindowInDays: 0,
      tags: { ...args.tags, Name: `${name}-secret` },
    },
    own,
  );
  const policies = entitled ? [guarded(name, secret, entitled, own)] : [];
  if (args.files.length === 0) {
    return { key, secret, references: pulumi.output([]), isStored: pulumi.output(true) };
  }

  const value = pulumi
    .all(args.files.map(({ value }) => value))
    .apply((values) => JSON.stringify(Object.fromEntries(args.files.map(({ path }, index) => [path, values[index]]))));
  const version = new aws.secretsmanager.SecretVersion(
    `${name}-secret-version`,
    { secretId: secret.id, secretString: value },
    // The provider reads the value back: a new role of the update must get access first.
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
  // The reference is public, unlike the value. Without this, the whole release document would be a secret.
  const isStored = pulumi.all([value, version.secretString]).apply(([wanted, stored]) => wanted === stored);
  return { key, secret, references: pulumi.unsecret(references), isStored: pulumi.unsecret(isStored) };
}

/** Who may read and change the secret; undefined when the deployer's name is unknown. */
function entitledOf(args: {
  readonly roleArn: pulumi.Input<string>;
  readonly deployRoleArn: string | undefined;
}): pulumi.Input<Entitled> | undefined {
  const { roleArn, deployRoleArn: deployer } = args;
  return deployer === undefined ? undefined : pulumi.output(roleArn).apply((host) => ({ host, deployer }));
}

/** The principal of a role's account, for a key policy. */
const accountOf = ({ host }: Entitled): string => host.replace(/:role\/.*$/, ":root");

/** Denies the secret to everybody else in the account. */
function guarded(
  name: string,
  secret: aws.secretsmanager.Secret,
  entitled: pulumi.Input<Entitled>,
  own: pulumi.CustomResourceOptions,
): aws.secretsmanager.SecretPolicy {
  const policy = pulumi.output(entitled).apply((known) => JSON.stringify(secretPolicy(known)));
  return new aws.secretsmanager.SecretPolicy(`${name}-secret-readers`, { secretArn: secret.arn, policy }, own);
}
