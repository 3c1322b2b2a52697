/** Who a caller is, as STS says. */
import { STS } from "@aws-sdk/client-sts";
import { secondsOf } from "@metrics-link/release";

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** A role and how it is assumed, as the official provider's `assumeRoles` says it; `duration` as Go writes one. */
export interface AssumedRole {
  readonly roleArn: string;
  readonly externalId?: string;
  readonly sessionName?: string;
  readonly duration?: string;
}

export interface Caller {
  readonly account: string;
  readonly arn: string;
  readonly userId: string;
}

/** Assumes the roles one after the other, beginning with the credentials, and asks who that is. */
export async function identify(
  endpoint: string,
  { credentials, roles, region }: { credentials: Credentials; roles: readonly AssumedRole[]; region: string },
): Promise<Caller> {
  let current = credentials;
  for (const { roleArn, externalId, sessionName = "pulumi", duration } of roles) {
    const sts = new STS({ region, endpoint, credentials: current, maxAttempts: 1 });
    const { Credentials: session } = await sts.assumeRole({
      RoleArn: roleArn,
      RoleSessionName: sessionName,
      ...(externalId === undefined ? {} : { ExternalId: externalId }),
      ...(duration === undefined ? {} : { DurationSeconds: secondsOf(duration) }),
    });
    current = {
      accessKeyId: session?.AccessKeyId ?? "",
      secretAccessKey: session?.SecretAccessKey ?? "",
      sessionToken: session?.SessionToken ?? "",
    };
  }
  const caller = await new STS({ region, endpoint, credentials: current, maxAttempts: 1 }).getCallerIdentity({});
  return { account: caller.Account ?? "", arn: caller.Arn ?? "", userId: caller.UserId ?? "" };
}
