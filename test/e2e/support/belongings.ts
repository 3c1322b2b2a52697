import type { Clients } from "@metrics-link/sandbox/testing/clients.ts";
import { pulumi } from "./sandbox.ts";

export const region = "eu-west-1";
export const accounts = { sender: "111111111111", receiver: "222222222222" } as const;
export type Host = keyof typeof accounts;
export const peer: Readonly<Record<Host, Host>> = { sender: "receiver", receiver: "sender" };

export const bucketOf = (host: Host) => `metrics-link-${host}-${accounts[host]}-${region}`;
export const roleOf = (hostName: string) => `metrics-link-${hostName}-${region}`;

/** What one host has in its account, as its deployer finds it. */
export async function ofHost(host: Host, { ec2, kms, s3, secrets }: Clients) {
  const release = await pulumi().output<string>(host, "release");
  const { Body } = await s3.getObject({ Bucket: bucketOf(host), Key: `releases/${host}/${release}.json` });
  const { tools } = JSON.parse((await Body?.transformToString()) ?? "");
  const { ARN: secretArn = "", KmsKeyId: keyArn = "" } = await secrets.describeSecret({
    SecretId: `metrics-link/${host}/release`,
  });
  const EncryptionContext = { SecretARN: secretArn };
  const { CiphertextBlob } = await kms.encrypt({ KeyId: keyArn, Plaintext: Buffer.from("word"), EncryptionContext });
  const { SecurityGroups = [] } = await ec2.describeSecurityGroups({
    Filters: [{ Name: "tag:Name", Values: [`${host}-host`] }],
  });
  return {
    release,
    instanceId: await pulumi().output<string>(host, "instanceId"),
    secretArn,
    keyArn,
    toolKey: tools[0].key as string,
    /** A word under its key, bound to its secret as Secrets Manager binds what it writes. */
    sealed: { CiphertextBlob, EncryptionContext },
    /** A rule that harms nobody: from an address of nobody's, to a port of nobody's. */
    rule: {
      GroupId: SecurityGroups[0]?.GroupId,
      IpPermissions: [{ IpProtocol: "tcp", FromPort: 9, ToPort: 9, IpRanges: [{ CidrIp: "192.0.2.250/32" }] }],
    },
  };
}
