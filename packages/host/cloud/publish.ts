import { LinkError } from "@metrics-link/contract";
import {
  canonicalJson,
  canonicalRelease,
  type HostFile,
  parseRelease,
  type ReleaseInput,
  type ReleaseTool,
  releaseFormatVersion,
  releaseIdOf,
  releaseKeys,
  sha256,
} from "@metrics-link/release";
import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";

interface PublishedRelease {
  readonly releaseId: pulumi.Output<string>;
  readonly pointer: aws.s3.BucketObjectv2;
}

type ReleaseParts = Omit<ReleaseInput, "formatVersion" | "files"> & { readonly files: readonly HostFile[] };

/**
 * The canonical text of a release.
 * @throws InvalidInputError naming every problem
 */
export function releaseText(parts: ReleaseParts): string {
  const files = parts.files.map((file) => ({ ...file, sha256: sha256(file.content) }));
  return canonicalRelease(parseRelease({ ...parts, formatVersion: releaseFormatVersion, files }));
}

/** Uploads a release under its hash, then points the host at it. */
export function publish(
  name: string,
  args: {
    readonly hostName: string;
    readonly bucket: pulumi.Input<string>;
    readonly text: pulumi.Output<string>;
    readonly tags: Readonly<Record<string, string>>;
  },
  own: pulumi.CustomResourceOptions,
): PublishedRelease {
  const { hostName, bucket, text, tags } = args;
  const releaseId = text.apply(releaseIdOf);
  const contentType = "application/json";
  const document = new aws.s3.BucketObjectv2(
    `${name}-release`,
    { bucket, key: releaseId.apply((id) => releaseKeys.release(hostName, id)), content: text, contentType, tags },
    own,
  );
  const pointer = new aws.s3.BucketObjectv2(
    `${name}-current`,
    {
      bucket,
      key: releaseKeys.current(hostName),
      content: releaseId.apply((id) => canonicalJson({ formatVersion: releaseFormatVersion, releaseId: id })),
      contentType,
      tags,
    },
    { ...own, dependsOn: [document] },
  );
  return { releaseId, pointer };
}

/** Beside a host's releases: what its first boot needs, so that user data contains no version. */
export const bootstrapKey = (hostName: string) => `releases/${hostName}/bootstrap.txt`;

/**
 * One line for each object that a first boot downloads: name, SHA-256, key, and for Node the path inside its archive. A
 * shell script reads it, also in instances with older user data: lines may be added, fields may not change.
 */
export function bootstrapManifest(args: {
  readonly agent: { readonly sha256: string; readonly key: string };
  readonly node: ReleaseTool;
  readonly managementAgent?: ReleaseTool | undefined;
}): string {
  const { agent, node, managementAgent } = args;
  const executable = node.executables.node;
  if (executable === undefined)
    throw new LinkError("ARTIFACTS_INVALID", {
      what: "The artifact index has no executable `node` for the tool node",
      next: "run `npm run setup` again",
    });
  return [
    ["node", node.sha256, node.key, executable],
    ...(managementAgent ? [["amazon-ssm-agent", managementAgent.sha256, managementAgent.key]] : []),
    // Last: the first boot is done once there is an agent.
    ["agent", agent.sha256, agent.key],
  ]
    .map((fields) => `${fields.join(" ")}\n`)
    .join("");
}
