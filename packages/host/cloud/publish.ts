import {
  canonicalJson,
  canonicalRelease,
  type HostFile,
  parseRelease,
  type ReleaseInput,
  releaseFormatVersion,
  releaseIdOf,
  releaseKeys,
  sha256,
} from "@metrics-link/release";
import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";

export interface PublishedRelease {
  readonly releaseId: pulumi.Output<string>;
  readonly pointer: aws.s3.BucketObjectv2;
}

type ReleaseParts = Omit<ReleaseInput, "formatVersion" | "files"> & { readonly files: readonly HostFile[] };

/**
 * The canonical text of a release.
 * @throws InvalidInputError naming every fault
 */
export function releaseText(parts: ReleaseParts): string {
  const files = parts.files.map((file) => ({ ...file, sha256: sha256(file.content) }));
  return canonicalRelease(parseRelease({ ...parts, formatVersion: releaseFormatVersion, files }));
}

/** Puts a release into the bucket under its hash, then points the host at it. */
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
