/**
 * Which variables of a review's environment its children get. A list of what is allowed: a pipeline has tokens of its own in
 * variables that nobody here has heard of, and the program under review runs in these processes.
 */

/** What any program needs to find its files and the network. */
const common = [
  "PATH|HOME|USER|LOGNAME|TMPDIR|TZ|LANG|LC_\\w+|XDG_(CACHE|CONFIG|DATA|STATE)_HOME|METRICS_LINK_\\w+",
  "(https?|no|all)_proxy|NODE_EXTRA_CA_CERTS|SSL_CERT_(FILE|DIR)",
];
const installing = [...common, "XDG_RUNTIME_DIR|(npm|pnpm)_config_\\w+"];
const previewing = [
  ...common,
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

const only = (names: readonly string[]) => {
  const allowed = new RegExp(`^(${names.join("|")})$`, "i");
  return (environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
    Object.fromEntries(Object.entries(environment).filter(([name]) => allowed.test(name)));
};

/** What pnpm needs. Credentials of AWS, Pulumi or a pipeline are not among it. */
export const forInstalling = only(installing);

/**
 * What a preview needs: its engine, its program and its plugins. Credentials of AWS and of Pulumi's backend are among it, a
 * pipeline's tokens and the files that steer a pipeline's later steps are not.
 */
export const forPreviewing = only(previewing);
