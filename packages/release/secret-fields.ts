/**
 * The fields of Prometheus' configuration that hold a secret in clear, wherever they stand: those of the Go types
 * `Secret` and `ProxyHeader` of prometheus/common 0.69.0 (config/http_config.go, headers.go, config.go), in
 * prometheus/sigv4 0.4.1, and in Prometheus 3.13.5 (discovery/*, storage/remote/azuread). Prometheus itself prints these
 * as `<secret>`.
 */
const secretFields: ReadonlySet<string> = new Set([
  // Every HTTP client: basic_auth, authorization, oauth2, bearer_token, tls_config, http_headers, proxy_connect_header.
  ...["password", "credentials", "client_secret", "client_certificate_key", "bearer_token", "key", "secrets"],
  // sigv4, azuread.
  ...["secret_key", "certificate_password"],
  // Service discovery: AWS, Scaleway, Outscale (secret_key), OVHcloud, Consul, OpenStack, STACKIT, Marathon, Uyuni.
  ...["application_secret", "consumer_key", "token", "application_credential_secret", "service_account_key"],
  ...["private_key", "auth_token"],
]);

/** The version of Prometheus whose source has been searched for these fields. */
export const secretFieldsOf = "3.13.5";

/** A mapping of any headers, each to a list of secrets. */
const secretHeaders = "proxy_connect_header";

/** Mappings whose keys are the user's own: a label may be called `token`. */
const freeNames: ReadonlySet<string> = new Set([
  ...["labels", "external_labels", "params", "endpoint_params", "claims", "headers", "node_meta"],
]);

/** A URL with a password in it, which Prometheus prints as `xxxxx`. */
const passwordInUrl = /^[a-z][a-z0-9+.-]*:\/\/[^/?#@\s]*:[^/?#@\s]+@/i;

/** What stands in the place of a secret. */
const hidden = "<secret>";

/** Whether a field of Prometheus' configuration holds a secret in clear. */
export const isSecretField = (name: string): boolean => secretFields.has(name) || name === secretHeaders;

/**
 * The paths of all secrets that stand in clear in a configuration of Prometheus, or in a part of one, such as
 * `scrape_configs.3.basic_auth.password`. Never their values.
 */
export function secretsInClear(document: unknown): string[] {
  const found: string[] = [];
  conceal(document, [], (path) => found.push(path.join(".")));
  return found;
}

/** A copy of a configuration for a message, with `<secret>` in place of each secret that stands in clear. */
export const withoutSecrets = (document: unknown): unknown => conceal(document, [], () => undefined);

/**
 * Copies a document without its secrets, and says where each stood.
 * @param copies of what was met before: YAML's aliases can make one object stand in a million places
 */
function conceal(
  value: unknown,
  path: readonly string[],
  onSecret: (path: readonly string[]) => void,
  copies = new Map<object, unknown>(),
): unknown {
  if (isSecret(value, path)) {
    onSecret(path);
    return hidden;
  }
  if (typeof value !== "object" || value === null) return value;
  const known = copies.get(value);
  // Below a name of the user's own, the same object means something else.
  if (known !== undefined && !freeNames.has(path.at(-1) ?? "")) return known;
  const copy: unknown[] | Record<string, unknown> = Array.isArray(value) ? [] : {};
  copies.set(value, copy);
  for (const [key, inner] of Object.entries(value))
    Object.assign(copy, { [key]: conceal(inner, [...path, key], onSecret, copies) });
  return copy;
}

function isSecret(value: unknown, path: readonly string[]): boolean {
  const texts = Array.isArray(value) ? value : [value];
  if (!texts.every(isScalar) || texts.every((text) => text === "")) return false;
  if (typeof value === "string" && passwordInUrl.test(value)) return true;
  const [name = "", parent = ""] = path.toReversed();
  return parent === secretHeaders || (secretFields.has(name) && !freeNames.has(parent));
}

const isScalar = (value: unknown): boolean => ["string", "number", "boolean"].includes(typeof value);
