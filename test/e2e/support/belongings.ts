import type { Role } from "@metrics-link/sandbox/cli/stack-files.ts";
import type { Clients } from "@metrics-link/sandbox/testing/clients.ts";
import { bucketOf } from "@metrics-link/sandbox/testing/releases.ts";
import { region } from "@metrics-link/sandbox/world/accounts.ts";
import { pulumi } from "./sandbox.ts";

export const peer: Readonly<Record<Role, Role>> = { sender: "receiver", receiver: "sender" };
export const roleOf = (hostName: string) => `metrics-link-${hostName}-${region}`;

/** What one host has in its account, as its deployer finds it. */
export async function ofHost(host: Role, { ec2, kms, s3, secrets }: Clients) {
  const release = await pulumi().text(host, "release");
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
    instanceId: await pulumi().text(host, "instanceId"),
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
