/** The account that a provider works in: who the caller is there, and the way to the sandbox's cloud. */
import type { AssumedRole, Caller, Credentials } from "../../cloud/identity.ts";
import { post } from "./world.ts";

export interface AccountOptions {
  readonly region: string;
  readonly allowedAccountIds?: readonly string[];
  readonly forbiddenAccountIds?: readonly string[];
  /** Roles to assume one after the other. */
  readonly roles: readonly AssumedRole[];
  readonly defaultTags: Readonly<Record<string, string>>;
}

export class Account {
  readonly region: string;
  readonly caller: Caller;
  readonly defaultTags: Readonly<Record<string, string>>;

  private constructor({ region, defaultTags }: AccountOptions, caller: Caller) {
    this.region = region;
    this.defaultTags = defaultTags;
    this.caller = caller;
  }

  /**
   * Assumes the roles with the credentials of the environment.
   *
   * @throws if the credentials are missing or refused, or the account is not one of those allowed
   */
  static async open(options: AccountOptions, environment: NodeJS.ProcessEnv = process.env): Promise<Account> {
    const { region, roles } = options;
    const caller = (await post("identify", { credentials: await credentialsOf(environment), roles, region })) as Caller;
    const { allowedAccountIds: allowed, forbiddenAccountIds: forbidden } = options;
    if ((allowed !== undefined && !allowed.includes(caller.account)) || forbidden?.includes(caller.account)) {
      throw new Error(
        `AWS account ID not allowed: ${caller.account} (${caller.arn}); ` +
          (allowed === undefined ? "it is one of forbiddenAccountIds" : `allowedAccountIds: ${allowed.join(", ")}`),
      );
    }
    return new Account(options, caller);
  }

  /** Asks the cloud for something to be done with a resource of this account, or for what it has. */
  async ask(
    verb: "create" | "read" | "update" | "delete" | "seen",
    body: object,
    signal: AbortSignal,
  ): Promise<unknown> {
    return post(verb, { account: this.caller.account, region: this.region, caller: this.caller.arn, ...body }, signal);
  }
}

/**
 * As the official provider finds them: keys of the environment, else the profile that AWS_PROFILE names, which may assume a
 * role by another one (AWS SDKs reference, "Credential provider chain"). Other sources are not modelled.
 */
async function credentialsOf(environment: NodeJS.ProcessEnv): Promise<Credentials> {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_PROFILE: profile } = environment;
  if (AWS_ACCESS_KEY_ID && AWS_SECRET_ACCESS_KEY) {
    return {
      accessKeyId: AWS_ACCESS_KEY_ID,
      secretAccessKey: AWS_SECRET_ACCESS_KEY,
      ...(AWS_SESSION_TOKEN ? { sessionToken: AWS_SESSION_TOKEN } : {}),
    };
  }
  if (!profile) {
    throw new Error(
      'No valid credential sources found: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set. Use the sandbox\'s environment: eval "$(npm run -s sandbox -- env sender)"',
    );
  }
  // Few sandboxes have profiles, and every plugin's start would wait for it.
  const { fromIni } = await import("@aws-sdk/credential-providers");
  const { accessKeyId, secretAccessKey, sessionToken } = await fromIni({ profile })();
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
}
