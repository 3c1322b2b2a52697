import { LinkError, parseJson } from "@metrics-link/contract";
import {
  canonicalJson,
  canonicalRelease,
  type HostFile,
  packedRelease,
  parseRelease,
  type ReleaseInput,
  type ReleaseTool,
  releaseFormatVersion,
  releaseIdOf,
  releaseKeys,
  releasePointerSchema,
  sha256,
} from "@metrics-link/release";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { etagOf } from "./etag.ts";

interface PublishedRelease {
  /** The release that the pointer names: after `--target` or `--exclude` it may be an earlier one. */
  readonly releaseId: pulumi.Output<string>;
  /** Whether that is the release of this program. */
  readonly isWhole: pulumi.Output<boolean>;
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

/**
 * Uploads a release under its hash, then points the host at it. `pulumi up --target` and `--exclude` update any part alone,
 * and the pointer must never name a release that is not in the bucket, or whose agent, tools or secret are not. So the
 * pointer's content follows what is in the bucket: without the release of this program it stays as it was.
 * @param args.inForce the release that the host was last asked to run; undefined before the first
 * @param args.lacks what the release refers to and this update leaves out
 * @param args.packs whether it is compressed. Known before its text is, so that a preview knows which property is set
 */
export function publish(
  name: string,
  args: {
    readonly hostName: string;
    readonly bucket: pulumi.Input<string>;
    readonly text: pulumi.Output<string>;
    readonly inForce: string | undefined;
    readonly lacks: pulumi.Output<readonly string[]>;
    readonly packs?: boolean;
    readonly tags: Readonly<Record<string, string>>;
  },
  own: pulumi.CustomResourceOptions,
): PublishedRelease {
  const { hostName, bucket, text, inForce, lacks, packs = false, tags } = args;
  const wanted = text.apply(releaseIdOf);
  const contentType = "application/json";
  const document = new aws.s3.BucketObjectv2(
    `${name}-release`,
    {
      bucket,
      key: wanted.apply((id) => releaseKeys.release(hostName, id)),
      ...(packs ? compressed(text) : { content: text, etag: text.apply(etagOf), contentType }),
      tags,
    },
    { ...own, retainOnDelete: true },
  );
  const named = pulumi.all([document.key, wanted, lacks]).apply(([key, id, missing]) => {
    const isThere = key === releaseKeys.release(hostName, id);
    if (!isThere && inForce !== undefined) return inForce;
    if (!isThere) throw leavesOut(`the pointer of host ${hostName}`, ["its first release"]);
    if (missing.length > 0) throw leavesOut(`release ${id}`, missing);
    return id;
  });
  const pointing = named.apply((id) => canonicalJson({ formatVersion: releaseFormatVersion, releaseId: id }));
  const pointer = new aws.s3.BucketObjectv2(
    `${name}-current`,
    {
      bucket,
      key: releaseKeys.current(hostName),
      content: pointing,
      etag: pointing.apply(etagOf),
      contentType,
      tags,
    },
    { ...own, dependsOn: [document] },
  );
  const releaseId = pointer.content.apply((content) => releaseNamedBy(content ?? ""));
  return { releaseId, isWhole: pulumi.all([releaseId, wanted]).apply(([one, id]) => one === id), pointer };
}

/** The properties of an object with the text compressed. */
function compressed(text: pulumi.Output<string>) {
  const contentBase64 = text.apply(packedRelease);
  const etag = contentBase64.apply((packed) => etagOf(Buffer.from(packed, "base64")));
  return { contentBase64, etag, contentType: "application/gzip" };
}

const leavesOut = (what: string, missing: readonly string[]) =>
  new LinkError("UPDATE_PARTIAL", {
    what: `${what} needs ${missing.join(", ")}, which --target or --exclude leaves out of this update`,
  });

const releaseNamedBy = (pointer: string): string =>
  parseJson(releasePointerSchema, pointer, "the pointer to the release").releaseId;

/** Beside a host's releases: what its first boot needs, so that user data contains no version. */
const bootstrapKey = (hostName: string) => `releases/${hostName}/bootstrap.txt`;

/**
 * The first boot's list in the bucket. While this update leaves out something that the list names, it stays as it was: its
 * object is registered once that is known.
 * @param args.lacks what the list names and this update leaves out
 */
export function publishBootstrap(
  name: string,
  args: {
    readonly hostName: string;
    readonly bucket: pulumi.Input<string>;
    readonly content: string;
    readonly lacks: pulumi.Output<readonly string[]>;
    readonly tags: Readonly<Record<string, string>>;
  },
  own: pulumi.CustomResourceOptions,
): { readonly manifest: pulumi.Output<aws.s3.BucketObjectv2>; readonly lacks: pulumi.Output<readonly string[]> } {
  const { hostName, bucket, content, lacks, tags } = args;
  const manifest = lacks.apply(
    (missing) =>
      new aws.s3.BucketObjectv2(
        `${name}-bootstrap`,
        { bucket, key: bootstrapKey(hostName), content, etag: etagOf(content), contentType: "text/plain", tags },
        { ...own, ignoreChanges: missing.length > 0 ? ["content", "etag"] : [] },
      ),
  );
  const wrong = pulumi
    .all([manifest.content, lacks])
    .apply(([written, missing]) => (written === content ? missing : []));
  return { manifest, lacks: wrong };
}

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
