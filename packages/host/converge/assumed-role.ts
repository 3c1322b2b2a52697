import { fromTemporaryCredentials } from "@aws-sdk/credential-providers";

/** The role of a stack's configuration, with what its owner asks of a session. */
export interface AssumedRole {
  readonly roleArn: string;
  /** What the trust policy compares with `sts:ExternalId`; 2 to 1224 characters. */
  readonly externalId?: string | undefined;
  /** 2 to 64 characters; the default says what the session is for. */
  readonly sessionName?: string | undefined;
  /** 900 to 43200, at most the role's own maximum, and 3600 if an assumed role assumes it. Default 3600, the SDK's. */
  readonly seconds?: number | undefined;
}

type Options = Parameters<typeof fromTemporaryCredentials>[0];

/**
 * Credentials of a session of the role, fetched at the first call, and again before they end.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 * @param purpose the session's name, unless the configuration has one
 */
export function assumed(
  { roleArn, externalId, sessionName, seconds }: AssumedRole,
  purpose: "metrics-link-audit" | "metrics-link-converge",
  options: Pick<Options, "clientConfig" | "masterCredentials">,
): ReturnType<typeof fromTemporaryCredentials> {
  return fromTemporaryCredentials({
    ...options,
    params: {
      RoleArn: roleArn,
      RoleSessionName: sessionName ?? purpose,
      ...(externalId === undefined ? {} : { ExternalId: externalId }),
      ...(seconds === undefined ? {} : { DurationSeconds: seconds }),
    },
  });
}
