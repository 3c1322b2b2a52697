import { GetRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { type Configuration, type ExchangeConfiguration, snapshotRoleOf } from "@metrics-link/config";
import type { Caller, EvidenceOfAny, SnapshotRole } from "@metrics-link/preflight";
import { type ClientConfiguration, clientConfiguration } from "../audit/aws.ts";
import { part } from "../audit/part.ts";

/** Who calls, and by which role the update would make resources: of any stack. */
export async function identitiesOf(
  configuration: Configuration | ExchangeConfiguration,
  environment: NodeJS.ProcessEnv,
): Promise<Pick<EvidenceOfAny, "caller" | "role">> {
  const { assumeRole } = configuration.account;
  const clients = clientConfiguration(configuration, environment);
  const [caller, role] = await Promise.all([
    part(() => callerOf(ownClients(configuration, environment))),
    assumeRole === undefined ? undefined : part(() => unlessRefused(() => callerOf(clients))),
  ]);
  return { caller, role };
}

/** Clients with the environment's own credentials: those that open the state and its secrets. */
export function ownClients(
  { account: { assumeRole: _, ...account } }: Configuration | ExchangeConfiguration,
  environment: NodeJS.ProcessEnv,
): ClientConfiguration {
  return clientConfiguration({ account }, environment);
}

async function callerOf(clients: ClientConfiguration): Promise<Caller> {
  const { Account = "", Arn = "" } = await new STSClient(clients).send(new GetCallerIdentityCommand());
  return { account: Account, arn: Arn };
}

/** Whether a role may be assumed is a question that a refusal answers. */
async function unlessRefused<Found>(ask: () => Promise<Found>): Promise<Found | { readonly refused: string }> {
  try {
    return await ask();
  } catch (error) {
    const { name, message } = error as Error;
    // A duration beyond the role's maximum, or beyond the hour of a chained session, is a ValidationError.
    if (/^(AccessDenied|ValidationError)/.test(name)) return { refused: message };
    throw error;
  }
}

/** The role by which AWS would take snapshots of the data volume. */
export const snapshotRole = (clients: ClientConfiguration, { account }: Configuration) =>
  unlessUnknown(/^NoSuchEntity/, async (): Promise<SnapshotRole | undefined> => {
    const RoleName = snapshotRoleOf(account).replace(/^.*\//, "");
    const { Role: found } = await new IAMClient(clients).send(new GetRoleCommand({ RoleName }));
    // IAM URL-encodes documents (RFC 3986).
    return { arn: found?.Arn ?? "", trust: decodeURIComponent(found?.AssumeRolePolicyDocument ?? "") };
  });

/** Undefined for what AWS says does not exist, by the code of its error. */
export async function unlessUnknown<Found>(codes: RegExp, ask: () => Promise<Found>): Promise<Found | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (codes.test((error as Error).name)) return undefined;
    throw error;
  }
}
