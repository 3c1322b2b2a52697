/**
 * Which variables of a review's environment its children get. A list of what is allowed: a pipeline has tokens of its own in
 * variables that nobody here has heard of, and the program under review runs in these processes.
 */
import { findingItsWay, onlyNamed } from "@metrics-link/stacks/child-environment.ts";

const installing = [...findingItsWay, "XDG_RUNTIME_DIR|(npm|pnpm)_config_\\w+"];
const previewing = [
  ...findingItsWay,
  "NODE_COMPILE_CACHE|NODE_OPTIONS|NODE_USE_ENV_PROXY",
  "PULUMI_\\w+",
  // The SDKs' reference of settings, https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html: credentials that
  // the review is given, and how to reach AWS.
  "AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|PROFILE|CONFIG_FILE|SHARED_CREDENTIALS_FILE|SDK_LOAD_CONFIG)",
  "AWS_(ROLE_ARN|ROLE_SESSION_NAME|WEB_IDENTITY_TOKEN_FILE)",
  "AWS_CONTAINER_(CREDENTIALS_(RELATIVE|FULL)_URI|AUTHORIZATION_TOKEN|AUTHORIZATION_TOKEN_FILE)",
  "AWS_(REGION|DEFAULT_REGION|CA_BUNDLE|ENDPOINT_URL(_[A-Z0-9_]+)?|IGNORE_CONFIGURED_ENDPOINT_URLS|MAX_ATTEMPTS|RETRY_MODE)",
  "AWS_(EC2_METADATA_[A-Z0-9_]+|STS_REGIONAL_ENDPOINTS|USE_(DUALSTACK|FIPS)_ENDPOINT)",
];

/** What pnpm needs. Credentials of AWS, Pulumi or a pipeline are not among it. */
export const forInstalling = onlyNamed(installing);

/**
 * What a preview needs: its engine, its program and its plugins. Credentials of AWS and of Pulumi's backend are among it, a
 * pipeline's tokens and the files that steer a pipeline's later steps are not.
 */
export const forPreviewing = onlyNamed(previewing);
