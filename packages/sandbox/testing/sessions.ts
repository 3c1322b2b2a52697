import { LinkError } from "@metrics-link/contract";
import type { Layout } from "../model/layout.ts";
import { accounts, deployRoleArn, region, sides } from "../world/accounts.ts";
import { deployerEnvironment } from "../world/environment.ts";
import { readSettings } from "../world/settings.ts";
import { STS } from "./clients.ts";

/** Keys of a session, as SDKs take them. */
export interface Session {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** Options of a client of a sandbox's API. */
export function clientOptions(layout: Layout, credentials: Omit<Session, "sessionToken"> & Partial<Session>) {
  const { AWS_ENDPOINT_URL: endpoint = "" } = deployerEnvironment(layout, "sender");
  return { region, endpoint, credentials, forcePathStyle: true, maxAttempts: 1 };
}

const sideOf = (account: string) => sides.find((side) => accounts[side] === account) ?? "sender";

/** The administrator of an account: what a person with a console could do. @throws LinkError SANDBOX_NOT_UP */
export function administrator(layout: Layout, account: string): Omit<Session, "sessionToken"> {
  const { administrators } = readSettings(layout) ?? {};
  if (administrators !== undefined) return administrators[sideOf(account)];
  throw new LinkError("SANDBOX_NOT_UP", {
    what: `the sandbox in ${layout.directory} has never been up`,
    next: "run: npm run -s sandbox -- up",
  });
}

/** The role of the updates of an account, with the rights that they have and no others. */
export async function deployer(layout: Layout, account: string): Promise<Session> {
  const side = sideOf(account);
  const { AWS_ACCESS_KEY_ID: accessKeyId = "", AWS_SECRET_ACCESS_KEY: secretAccessKey = "" } = deployerEnvironment(
    layout,
    side,
  );
  const sts = new STS(clientOptions(layout, { accessKeyId, secretAccessKey }));
  return assume(sts, deployRoleArn(account));
}

/** A session of a role, assumed by the identity of `sts`. */
export async function assume(sts: STS, roleArn: string): Promise<Session> {
  const { Credentials: session } = await sts.assumeRole({ RoleArn: roleArn, RoleSessionName: "test" });
  if (!session?.AccessKeyId || !session.SecretAccessKey || !session.SessionToken) {
    throw new LinkError("API_ERROR", { what: `STS returned no session for ${roleArn}` });
  }
  return {
    accessKeyId: session.AccessKeyId,
    secretAccessKey: session.SecretAccessKey,
    sessionToken: session.SessionToken,
  };
}
