/** Sessions of instance roles, as the metadata service returns them. */
import { STS } from "@aws-sdk/client-sts";
import { LinkError } from "@metrics-link/contract";
import type { AccessKey } from "../moto/moto.ts";

/** As `iam/security-credentials/ROLE` shows it. */
export interface RoleCredentials {
  readonly Code: "Success";
  readonly LastUpdated: string;
  readonly Type: "AWS-HMAC";
  readonly AccessKeyId: string;
  readonly SecretAccessKey: string;
  readonly Token: string;
  readonly Expiration: string;
}

export interface RoleCredentialsOptions {
  readonly moto: string;
  /** The key of the metadata services' user. */
  readonly imds: AccessKey;
  readonly region: string;
  readonly now?: () => Date;
}

/** EC2 sessions of instance roles last six hours and are renewed well before they expire. */
const sessionSeconds = 6 * 3600;
const renewBeforeMs = 15 * 60_000;

export class RoleCredentialsSource {
  readonly #sts: STS;
  readonly #now: () => Date;
  readonly #sessions = new Map<string, Promise<RoleCredentials>>();

  constructor({ moto, imds, region, now = () => new Date() }: RoleCredentialsOptions) {
    this.#sts = new STS({ region, endpoint: moto, credentials: imds, maxAttempts: 1 });
    this.#now = now;
  }

  /** The instance's current session of its role; rejects if EC2 may not assume the role. */
  async get(instanceId: string, roleArn: string): Promise<RoleCredentials> {
    const key = `${instanceId} ${roleArn}`;
    const known = this.#sessions.get(key);
    if (known !== undefined) {
      const session = await known;
      if (Date.parse(session.Expiration) - this.#now().getTime() > renewBeforeMs) return session;
    }
    const minted = this.#mint(instanceId, roleArn);
    this.#sessions.set(key, minted);
    minted.catch(() => this.#sessions.delete(key));
    return await minted;
  }

  async #mint(instanceId: string, roleArn: string): Promise<RoleCredentials> {
    const { Credentials } = await this.#sts.assumeRole({
      RoleArn: roleArn,
      RoleSessionName: instanceId,
      DurationSeconds: sessionSeconds,
    });
    if (!Credentials?.AccessKeyId || !Credentials.SecretAccessKey || !Credentials.SessionToken) {
      throw new LinkError("API_ERROR", { what: `STS returned no credentials for ${roleArn}` });
    }
    return {
      Code: "Success",
      LastUpdated: seconds(this.#now()),
      Type: "AWS-HMAC",
      AccessKeyId: Credentials.AccessKeyId,
      SecretAccessKey: Credentials.SecretAccessKey,
      Token: Credentials.SessionToken,
      Expiration: seconds(Credentials.Expiration ?? new Date(this.#now().getTime() + sessionSeconds * 1000)),
    };
  }
}

/** The metadata service's times have no fractions: 2026-01-02T03:04:05Z. */
export function seconds(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, "Z");
}
