/** The AWS SDK for tests and drills: it is a dependency of this package, which they are not part of. */
export { EC2 } from "@aws-sdk/client-ec2";
export { IAM } from "@aws-sdk/client-iam";
export { KMS } from "@aws-sdk/client-kms";
export { S3 } from "@aws-sdk/client-s3";
export { SecretsManager } from "@aws-sdk/client-secrets-manager";
export { SSM } from "@aws-sdk/client-ssm";
export { STS } from "@aws-sdk/client-sts";
export { default as aws4 } from "aws4";
