/** The KMS keys that encrypt the secrets of each side's state, as docs/deploy.md has them: one in each account. */
import { type AwsApi, clientsOf } from "../cloud/api.ts";
import { accounts, deployerArn, ofEachSide, region, type Side, sides } from "./accounts.ts";

/**
 * Makes the keys in a moto that has just started.
 * @returns the address of each side's key, as Pulumi's `--secrets-provider` takes it
 */
export async function makeStateKeys(api: AwsApi): Promise<Readonly<Record<Side, string>>> {
  const clients = clientsOf(api);
  const keyOf = async (side: Side) => {
    const { kms } = clients(accounts[side], region);
    const { KeyMetadata } = await kms.createKey({
      Description: `Secrets in the state of the ${side}`,
      Policy: keyPolicy(side),
    });
    return `awskms:///${KeyMetadata?.Arn}?region=${region}`;
  };
  const made = new Map(await Promise.all(sides.map(async (side) => [side, await keyOf(side)] as const)));
  return ofEachSide((side) => made.get(side) ?? "");
}

/** The account's administrators rule over the key; its deployer uses it. */
function keyPolicy(side: Side): string {
  const administrators = { AWS: `arn:aws:iam::${accounts[side]}:root` };
  const use = ["kms:Encrypt", "kms:Decrypt", "kms:DescribeKey"];
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      { Effect: "Allow", Principal: administrators, Action: "kms:*", Resource: "*" },
      { Effect: "Allow", Principal: { AWS: deployerArn(side) }, Action: use, Resource: "*" },
    ],
  });
}
