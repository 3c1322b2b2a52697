import { createWriteStream } from "node:fs";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { GetObjectCommand, S3Client, S3ServiceException } from "@aws-sdk/client-s3";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { LinkError } from "@metrics-link/contract";
import { fromInstanceMetadata } from "@smithy/credential-provider-imds";
import { type Effects, MissingObject } from "../effects.ts";
import type { HostIdentity } from "../run.ts";

/** S3 and Secrets Manager, only with the credentials of the instance's role. */
export function awsEffects({
  region,
  bucket,
}: HostIdentity): Pick<Effects, "getObject" | "downloadObject" | "getSecret"> {
  const client = {
    region,
    credentials: fromInstanceMetadata({ timeout: 5_000, maxRetries: 5 }),
    maxAttempts: 5,
    requestHandler: { connectionTimeout: 5_000, requestTimeout: 60_000 },
  };
  const s3 = new S3Client(client);
  const secrets = new SecretsManagerClient(client);
  const open = async (key: string) => {
    try {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      if (Body === undefined) throw new LinkError("REQUEST_FAILED", { what: `S3 returned no body for ${key}` });
      return Body;
    } catch (error) {
      const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
      if (status === 403 || status === 404) throw new MissingObject(key, error);
      throw error;
    }
  };
  return {
    getObject: async (key) => Buffer.from(await (await open(key)).transformToByteArray()),
    downloadObject: async (key, file) =>
      pipeline((await open(key)) as Readable, createWriteStream(file, { mode: 0o600 })),
    getSecret: async (secretArn, versionId) => {
      const { SecretString } = await secrets.send(
        new GetSecretValueCommand({ SecretId: secretArn, VersionId: versionId }),
      );
      if (SecretString === undefined)
        throw new LinkError("SECRET_INVALID", { what: `Version ${versionId} of ${secretArn} has no SecretString` });
      return SecretString;
    },
  };
}
