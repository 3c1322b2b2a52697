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

const folder = ".pulumi";
const project = "metrics-link";

/** The file with a stack's state: what whoever reads its outputs opens. */
const stateFile = (name: string): string => `${folder}/stacks/${project}/${name}.json`;

/**
 * All that Pulumi's own backend writes of a stack (pulumi/pulumi pkg/backend/diy: state.go, stack_tags.go, store.go, lock.go), with
 * the `*` of a policy where a file's name has a time or a number. Only whole names: a stack's name may have dots, so `NAME.*` would
 * be others' stacks as well. State is not compressed and checkpoints are not retained, which is what Pulumi does by itself.
 */
export const filesOfState = (name: string): readonly string[] => [
  `${folder}/backups/${project}/${name}/*`,
  `${folder}/history/${project}/${name}/*`,
  `${folder}/locks/organization/${project}/${name}/*`,
  stateFile(name),
  `${stateFile(name)}.bak`,
  `${folder}/stacks/${project}/${name}.pulumi-tags`,
];

/** All that whoever reads the outputs of these stacks opens. The first file says how the folder is laid out. */
export const filesToRead = (names: readonly string[]): readonly string[] => [
  `${folder}/meta.yaml`,
  ...names.map(stateFile),
];

/**
 * Pulumi's own backend lists the bucket to find stacks, and opens the data key of a stack's secrets by KMS. A preflight looks at
 * the bucket's versioning and at the key.
 */
export function statePolicy({ bucket, own, peers, key, deployRole }: StateOf): Document {
  const arn = `arn:aws:s3:::${bucket}`;
  const inBucket = (file: string) => `${arn}/${file}`;
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
      allow("ReadWhatPeersShow", "s3:GetObject", filesToRead(peers).map(inBucket)),
      allow(
        "WriteOwnStacks",
        ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
        own.flatMap(filesOfState).map(inBucket),
      ),
      allow("OpenSecrets", ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt"], key),
      allow("AssumeTheRoleOfUpdates", "sts:AssumeRole", deployRole),
    ],
  };
}
