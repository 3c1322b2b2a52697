import { createReadStream, type ReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { HeadObjectCommandOutput, ServerSideEncryption } from "@aws-sdk/client-s3";
import type { CheckFailure } from "../../plugins/rpc/check.ts";
import { asset, boolean, type Known, map, string } from "../../plugins/rpc/schema.ts";
import { AwsError, hasCode } from "../aws-error.ts";
import { awsResourceType, type Scope } from "../aws-resource-type.ts";
import { keyNamed } from "../kms/key.ts";
import { tagInput, tagMap, tagOutput } from "../tags.ts";
import { given } from "../values.ts";
import { bucket, deleteVersions } from "./bucket.ts";
import { ALGORITHMS } from "./bucket-encryption.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
function keyFault(key: string): string | undefined {
  const bytes = Buffer.byteLength(key);
  if (bytes === 0 || bytes > 1024) return `"${key}" has ${bytes} bytes in UTF-8; 1 to 1024 are allowed`;
  return key.split("/").some((part) => part === "." || part === "..")
    ? `"${key}" has a "." or ".." segment, which clients would resolve`
    : undefined;
}

const inputs = {
  bucket: string({ required: true, replaceOnChange: true }),
  bucketKeyEnabled: boolean(),
  cacheControl: string(),
  content: string(),
  contentBase64: string(),
  contentType: string(),
  // The MD5 of the content, by which the official provider sees what somebody else has written.
  etag: string({
    validate: (etag) => (/^[0-9a-f]{32}$/.test(etag) ? undefined : `"${etag}" is no MD5 in hexadecimal`),
  }),
  forceDestroy: boolean({ assumed: false }),
  key: string({ required: true, replaceOnChange: true, validate: keyFault }),
  kmsKeyId: string(),
  metadata: map(string(), {
    validate: (names) => {
      const wrong = Object.keys(names).find((name) => name !== name.toLowerCase());
      return wrong === undefined ? undefined : `the metadata key "${wrong}" must be in lower case`;
    },
  }),
  serverSideEncryption: string({ oneOf: ALGORITHMS }),
  source: asset(),
  sourceHash: string(),
  ...tagInput,
};
type Inputs = Known<typeof inputs>;

const outputs = {
  arn: string({ required: true }),
  contentType: string({ required: true }),
  etag: string({ required: true, changesOnUpdate: true }),
  kmsKeyId: string({ changesOnUpdate: true }),
  serverSideEncryption: string({ required: true, changesOnUpdate: true }),
  versionId: string({ required: true, changesOnUpdate: true }),
  ...tagOutput,
};

/** An object, from text or from a file of any size, which is streamed. */
export const bucketObject = awsResourceType({
  type: "aws:s3/bucketObjectv2:BucketObjectv2",
  inputs,
  outputs,

  check(news) {
    const failures: CheckFailure[] = [];
    if ([news.content, news.contentBase64, news.source].filter(given).length !== 1) {
      failures.push({ property: "", reason: "needs exactly one of content, contentBase64, source" });
    }
    if (news.kmsKeyId !== undefined && news.etag !== undefined) {
      failures.push({ property: "etag", reason: "conflicts with kmsKeyId: the ETag of an encrypted object is no MD5" });
    }
    if (news.kmsKeyId !== undefined && news.serverSideEncryption === "AES256") {
      failures.push({ property: "kmsKeyId", reason: "is for serverSideEncryption aws:kms" });
    }
    return failures;
  },

  /** The bytes of a text asset are in the bucket; its hash says whether they are the same. */
  recorded: ({ source, ...rest }) => (source === undefined ? rest : { ...rest, source: withoutText(source) }),

  async create(scope, news) {
    return { id: `${news.bucket}/${news.key}`, outputs: await put(scope, news) };
  },

  /**
   * As the official provider reads it (terraform-provider-aws internal/service/s3/object.go, resourceObjectRead): content and
   * source never, so another writer shows by `etag`, if the program gives one, by headers and by tags.
   */
  async read(scope, { inputs: olds, outputs: state }) {
    const found = await head(scope, olds);
    if (found === undefined) return undefined;
    const etag = etagOf(found);
    const contentType = found.ContentType ?? "";
    const { TagSet } = await scope.aws.s3.getObjectTagging({ Bucket: olds.bucket, Key: olds.key });
    const tags = tagMap(TagSet);
    const seen = {
      ...(olds.etag === undefined ? {} : { etag }),
      ...(olds.contentType === undefined ? {} : { contentType }),
      ...(found.CacheControl === undefined ? {} : { cacheControl: found.CacheControl }),
      ...(Object.keys(tags).length === 0 ? {} : { tags }),
    };
    const { cacheControl: _control, tags: _tags, ...kept } = olds;
    return {
      inputs: { ...kept, metadata: found.Metadata ?? {}, ...seen },
      outputs: { ...state, etag, contentType, versionId: found.VersionId ?? state.versionId, tagsAll: tags },
    };
  },

  async update(scope, _resource, news) {
    return { outputs: await put(scope, news) };
  },

  /** As the real provider: all versions of it, so that nothing of the object is left in a versioned bucket. */
  async delete(scope, { inputs: olds }) {
    try {
      await deleteVersions(scope, olds.bucket, olds.key);
    } catch (thrown) {
      if (!hasCode(thrown, "NoSuchBucket")) throw thrown;
    }
  },
});

function withoutText({ hash, content }: NonNullable<Inputs["source"]>): NonNullable<Inputs["source"]> {
  return { hash, content: "text" in content ? { text: "" } : content };
}

async function put(scope: Scope, news: Inputs): Promise<Known<typeof outputs>> {
  const home = scope.get(bucket, news.bucket);
  const body = await bodyOf(news);
  if (news.etag !== undefined && sizeOf(body) >= PART_BYTES) {
    const reason = `${news.key}: the official provider uploads from ${PART_BYTES} bytes on in parts, and then the ETag is no MD5`;
    throw new AwsError("InvalidRequest", `${reason}: give no etag, or use sourceHash`);
  }
  const key = news.kmsKeyId === undefined ? undefined : keyNamed(scope, news.kmsKeyId);
  const algorithm = news.serverSideEncryption ?? (key === undefined ? undefined : "aws:kms");
  const made = await scope.aws.s3.putObject({
    Bucket: news.bucket,
    Key: news.key,
    ...body,
    CacheControl: news.cacheControl,
    ContentType: news.contentType,
    Metadata: news.metadata,
    ServerSideEncryption: algorithm as ServerSideEncryption | undefined,
    SSEKMSKeyId: key?.arn,
    BucketKeyEnabled: news.bucketKeyEnabled,
    Tagging: new URLSearchParams(news.tags ?? {}).toString(),
  });
  const found = await head(scope, news);
  return {
    arn: `${home.outputs.arn}/${news.key}`,
    contentType: found?.ContentType ?? "application/octet-stream",
    etag: etagOf(made),
    ...(key === undefined ? {} : { kmsKeyId: key.arn }),
    serverSideEncryption: made.ServerSideEncryption ?? algorithm ?? "AES256",
    // "null" is the version of what is written to a bucket without versioning; the real provider shows it as "".
    versionId: made.VersionId ?? "",
    tagsAll: news.tags ?? {},
  };
}

/** An ETag as the provider shows it, without the quotes of the header. */
const etagOf = ({ ETag = "" }: { ETag?: string | undefined }) => ETag.replaceAll('"', "");

/** The part size of the SDK's uploader, which the official provider uses as it is (feature/s3/manager DefaultUploadPartSize). */
const PART_BYTES = 5 * 1024 * 1024;

const sizeOf = (body: Awaited<ReturnType<typeof bodyOf>>) => body.ContentLength ?? Buffer.byteLength(body.Body);

async function head(
  { aws: { s3 } }: Scope,
  { bucket: Bucket, key: Key }: Inputs,
): Promise<HeadObjectCommandOutput | undefined> {
  try {
    return await s3.headObject({ Bucket, Key });
  } catch (thrown) {
    if (hasCode(thrown, "NotFound", "NoSuchKey", "NoSuchBucket")) return undefined;
    throw thrown;
  }
}

async function bodyOf({
  content,
  contentBase64,
  source,
}: Inputs): Promise<
  { Body: string | Buffer; ContentLength?: undefined } | { Body: ReadStream; ContentLength: number }
> {
  if (content !== undefined) return { Body: content };
  if (contentBase64 !== undefined) return { Body: Buffer.from(contentBase64, "base64") };
  const from = source?.content ?? { text: "" };
  if ("text" in from) return { Body: from.text };
  if ("uri" in from) {
    throw new AwsError(
      "InvalidRequest",
      `source ${from.uri}: the sandbox takes assets of files and texts, not of addresses`,
    );
  }
  const { size } = await stat(from.path);
  return { Body: createReadStream(from.path), ContentLength: size };
}
