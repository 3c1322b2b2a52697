/** The AWS SDK for tests and drills: a dependency of this package, to which they do not belong. */
import { EC2 } from "@aws-sdk/client-ec2";
import { IAM } from "@aws-sdk/client-iam";
import { KMS } from "@aws-sdk/client-kms";
import { S3, type S3ClientConfig } from "@aws-sdk/client-s3";
import { SecretsManager } from "@aws-sdk/client-secrets-manager";
import { SSM } from "@aws-sdk/client-ssm";
import { STS } from "@aws-sdk/client-sts";

export { default as aws4 } from "aws4";
export { EC2, IAM, KMS, S3, SecretsManager, SSM, STS };

/** A client of every service, all with the same keys and the same network path. */
export function clientsWith(options: Pick<S3ClientConfig, "region" | "credentials" | "endpoint" | "forcePathStyle">) {
  return {
    ec2: new EC2(options),
    iam: new IAM(options),
    kms: new KMS(options),
    s3: new S3(options),
    secrets: new SecretsManager(options),
    ssm: new SSM(options),
    sts: new STS(options),
  };
}
export type Clients = ReturnType<typeof clientsWith>;
