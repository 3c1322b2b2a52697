/** Who a caller is, as STS says. */
import { STS } from "@aws-sdk/client-sts";

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface Caller {
  readonly account: string;
  readonly arn: string;
  readonly userId: string;
}

/** Assumes the roles one after the other, beginning with the credentials, and asks who that is. */
export async function identify(
  endpoint: string,
  { credentials, roles, region }: { credentials: Credentials; roles: readonly string[]; region: string },
): Promise<Caller> {
  let current = credentials;
  for (const RoleArn of roles) {
    const sts = new STS({ region, endpoint, credentials: current, maxAttempts: 1 });
    const { Credentials: session } = await sts.assumeRole({ RoleArn, RoleSessionName: "pulumi" });
    current = {
      accessKeyId: session?.AccessKeyId ?? "",
      secretAccessKey: session?.SecretAccessKey ?? "",
      sessionToken: session?.SessionToken ?? "",
    };
  }
  const caller = await new STS({ region, endpoint, credentials: current, maxAttempts: 1 }).getCallerIdentity({});
  return { account: caller.Account ?? "", arn: caller.Arn ?? "", userId: caller.UserId ?? "" };
}
