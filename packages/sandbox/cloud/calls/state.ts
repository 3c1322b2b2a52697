/** The policy of whoever opens a stack's state: the identity of the shell that runs Pulumi. */
import type { Document, Statement } from "./policies.ts";

/** Where state and secrets of one side are, and what it is allowed to see of the other. */
export interface StateOf {
  readonly bucket: string;
  /** Names of this side's stacks. */
  readonly own: readonly string[];
  /** Names of the exchanges of its peers. */
  readonly peers: readonly string[];
  /** The ARN of the key of its secrets. */
  readonly key: string;
  /** The ARN of the role of its updates. */
  readonly deployRole: string;
}

/**
 * Pulumi's own backend lists the bucket to find stacks, keeps state, history, backups and locks below `.pulumi`, and opens the
 * data key of a stack's secrets by KMS. A preflight looks at the bucket's versioning and at the key.
 */
export function statePolicy({ bucket, own, peers, key, deployRole }: StateOf): Document {
  const arn = `arn:aws:s3:::${bucket}`;
  const allow = (Sid: string, Action: string | readonly string[], Resource: string | readonly string[]): Statement => ({
    Sid,
    Effect: "Allow",
    Action,
    Resource,
  });
  return {
    Version: "2012-10-17",
    Statement: [
      allow("FindStacks", ["s3:GetBucketVersioning", "s3:ListBucket"], arn),
      allow("ReadWhatPeersShow", "s3:GetObject", [
        `${arn}/.pulumi/meta.yaml`,
        ...peers.map((name) => `${arn}/.pulumi/stacks/metrics-link/${name}.json*`),
      ]),
      allow(
        "WriteOwnStacks",
        ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
        own.flatMap((name) => [`${arn}/.pulumi/*/metrics-link/${name}.*`, `${arn}/.pulumi/*/metrics-link/${name}/*`]),
      ),
      allow("OpenSecrets", ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt"], key),
      allow("AssumeTheRoleOfUpdates", "sts:AssumeRole", deployRole),
    ],
  };
}
