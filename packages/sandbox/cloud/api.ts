/** The AWS API that the cloud keeps true (moto), and the SDK's clients for it. */
import { EC2 } from "@aws-sdk/client-ec2";
import { IAM } from "@aws-sdk/client-iam";
import { KMS } from "@aws-sdk/client-kms";
import { S3 } from "@aws-sdk/client-s3";
import { SecretsManager } from "@aws-sdk/client-secrets-manager";

export interface AwsApi {
  /** moto on loopback, without the front: `http://127.0.0.1:PORT`. */
  readonly endpoint: string;
  /** Credentials that may do anything in the account. */
  admin(account: string): { readonly accessKeyId: string; readonly secretAccessKey: string };
}

export interface AwsClients {
  readonly ec2: EC2;
  readonly iam: IAM;
  readonly kms: KMS;
  readonly s3: S3;
  readonly secrets: SecretsManager;
}

/** Makes the clients of an account and region, once each. */
export function clientsOf(api: AwsApi): (account: string, region: string) => AwsClients {
  const made = new Map<string, AwsClients>();
  return (account, region) => {
    const key = `${account} ${region}`;
    const known = made.get(key);
    if (known !== undefined) return known;
    // No retries: the API is on this machine, and moto answers what it does not know with 500.
    const common = { region, endpoint: api.endpoint, credentials: api.admin(account), maxAttempts: 1 };
    const clients: AwsClients = {
      ec2: new EC2(common),
      iam: new IAM(common),
      kms: new KMS(common),
      // Checksum trailers would force chunked bodies, which are only for TLS.
      s3: new S3({ ...common, forcePathStyle: true, requestChecksumCalculation: "WHEN_REQUIRED" }),
      secrets: new SecretsManager(common),
    };
    made.set(key, clients);
    return clients;
  };
}
