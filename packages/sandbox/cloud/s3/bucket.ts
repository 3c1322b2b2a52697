import { boolean, string } from "../../plugins/rpc/schema.ts";
import { parseAddress } from "../addresses.ts";
import { AwsError, hasCode } from "../aws-error.ts";
import type { Scope } from "../aws-resource-type.ts";
import { awsResourceType } from "../aws-resource-type.ts";
import { tagInput, tagList, tagOutput } from "../tags.ts";

const MAX_NAME = 63;

/** What is wrong with a bucket's name, or undefined: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
function bucketNameFault(name: string): string | undefined {
  if (name.length < 3 || name.length > MAX_NAME)
    return `"${name}" must have 3 to ${MAX_NAME} characters, not ${name.length}`;
  if (!/^[a-z0-9.-]+$/.test(name)) return `"${name}" may only have lower-case letters, digits, dots and hyphens`;
  if (!/^[a-z0-9].*[a-z0-9]$/.test(name)) return `"${name}" must begin and end with a letter or digit`;
  if (name.includes("..")) return `"${name}" must not have two dots in a row`;
  if (parseAddress(name) !== undefined) return `"${name}" must not be formatted as an IP address`;
  const prefix = ["xn--", "sthree-", "amzn-s3-demo-"].find((text) => name.startsWith(text));
  const suffix = ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"].find((text) => name.endsWith(text));
  if (prefix !== undefined) return `"${name}" must not begin with "${prefix}"`;
  return suffix === undefined ? undefined : `"${name}" must not end with "${suffix}"`;
}

/** A bucket. Encryption, versioning and the like are resources of their own. */
export const bucket = awsResourceType({
  type: "aws:s3/bucket:Bucket",
  inputs: {
    bucket: string({ autoname: { maxLength: MAX_NAME }, replaceOnChange: true, validate: bucketNameFault }),
    forceDestroy: boolean({ assumed: false }),
    ...tagInput,
  },
  outputs: {
    arn: string({ required: true }),
    bucketDomainName: string({ required: true }),
    bucketRegionalDomainName: string({ required: true }),
    hostedZoneId: string({ required: true }),
    ...tagOutput,
  },
  notFound: (id) => ({ code: "NoSuchBucket", message: `The specified bucket does not exist: ${id}` }),

  async create(scope, inputs) {
    const { s3 } = scope.aws;
    // S3 itself answers 200 in us-east-1 only; elsewhere it refuses even the owner.
    await s3.createBucket({
      Bucket: inputs.bucket,
      CreateBucketConfiguration: { LocationConstraint: "eu-west-1" },
    });
    await setTags(scope, inputs.bucket, inputs.tags);
    return {
      id: inputs.bucket,
      outputs: {
        arn: `arn:aws:s3:::${inputs.bucket}`,
        bucketDomainName: `${inputs.bucket}.s3.amazonaws.com`,
        bucketRegionalDomainName: `${inputs.bucket}.s3.${scope.region}.amazonaws.com`,
        // https://docs.aws.amazon.com/general/latest/gr/s3.html, website endpoints
        hostedZoneId: "Z1BKCTXD74EZPE",
        tagsAll: inputs.tags ?? {},
      },
    };
  },

  async read(scope, { id, inputs, outputs }) {
    try {
      await scope.aws.s3.headBucket({ Bucket: id });
      return { inputs, outputs };
    } catch (thrown) {
      if (hasCode(thrown, "NotFound", "NoSuchBucket")) return undefined;
      throw thrown;
    }
  },

  async update(scope, { id, outputs }, news) {
    await setTags(scope, id, news.tags);
    return { outputs: { ...outputs, tagsAll: news.tags ?? {} } };
  },

  async delete(scope, { id, inputs }) {
    if (inputs.forceDestroy) await deleteVersions(scope, id);
    await scope.aws.s3.deleteBucket({ Bucket: id });
  },
});

async function setTags({ aws: { s3 } }: Scope, Bucket: string, tags: Record<string, string> = {}): Promise<void> {
  if (Object.keys(tags).length > 0) await s3.putBucketTagging({ Bucket, Tagging: { TagSet: tagList(tags) } });
  else await s3.deleteBucketTagging({ Bucket });
}

/** Deletes every version of one object, or of all of them. */
export async function deleteVersions({ aws: { s3 } }: Scope, Bucket: string, key?: string): Promise<void> {
  for (;;) {
    const page = await s3.listObjectVersions({ Bucket, Prefix: key });
    const found = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])]
      .filter((version) => key === undefined || version.Key === key)
      .map(({ Key, VersionId }) => ({ Key, VersionId }));
    if (found.length === 0) return;
    const { Errors = [] } = await s3.deleteObjects({ Bucket, Delete: { Objects: found } });
    const [first] = Errors;
    if (first !== undefined) throw new AwsError(first.Code ?? "InternalError", `${first.Key}: ${first.Message}`);
  }
}
