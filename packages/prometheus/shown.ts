/**
 * What a message may show of a user's scrape file. Any value there can be a credential, also one that stands in a wrong place,
 * and messages end in logs. So the rule is closed: a value is shown only where its field cannot hold a credential.
 */

import { valueAt } from "@metrics-link/contract";

/** Fields whose values are never credentials, as long as they are one text. */
const harmless: ReadonlySet<string> = new Set([
  ...["job_name", "scrape_interval", "scrape_timeout", "scrape_protocols", "fallback_scrape_protocol", "scheme"],
  ...["follow_redirects", "enable_http2", "enable_compression", "honor_labels", "honor_timestamps"],
  ...["track_timestamps_staleness", "body_size_limit", "sample_limit", "label_limit", "label_name_length_limit"],
  ...["label_value_length_limit", "target_limit", "action", "target_label", "source_labels", "modulus"],
]);

/** Mappings whose keys are the user's own names. */
const freeNames: ReadonlySet<string> = new Set(["labels", "params", "http_headers", "endpoint_params"]);

/** Prometheus' fields that have a digit. A key of letters alone is taken for a field, perhaps misspelt. */
const fieldWithDigit = /^(oauth2|enable_http2|ec2_sd_configs)$/;

const hidden = "(not shown)";

/** A key for a message, if it can be no value that stands in the place of one. */
const shownKey = (key: string, parent?: PropertyKey): string => {
  const form = freeNames.has(String(parent)) ? /^[A-Za-z_][\w-]{0,63}$/ : /^[a-z_]{1,64}$/;
  return form.test(key) || fieldWithDigit.test(key) ? key : hidden;
};

/** The path of a value in a job. A free name without a value may be one whose colon is missing. */
export const shownPath = (path: readonly PropertyKey[], job: unknown): string =>
  path
    .map((part, index) => {
      if (typeof part === "number") return part;
      const isBare = freeNames.has(String(path[index - 1])) && valueAt(job, path.slice(0, index + 1)) === null;
      return isBare ? hidden : shownKey(String(part), path[index - 1]);
    })
    .join(".");

/** The value at a path of a job; where it may be a credential, only what kind of value it is. */
export function shownValue(path: readonly PropertyKey[], value: unknown): unknown {
  if (value === undefined || value === null) return value;
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return summaryOf(value);
  const field = path.findLast((part) => typeof part === "string") ?? "";
  if (field === "targets" && typeof path.at(-1) === "number") return shownTarget(String(value));
  // The user's own label or header may have the name of a field.
  const isFree = path.some((part) => freeNames.has(String(part)));
  return harmless.has(String(field)) && !isFree ? firstWord(String(value)) : "set";
}

/** The rest of a text may be the next line of the file, which is indented too far. */
export const firstWord = (text: string): string => text.replace(/\s.*$/s, " …");

/** A mapping's keys. */
const summaryOf = (value: object): string =>
  `a mapping with ${Object.keys(value)
    .map((key) => shownKey(key))
    .join(", ")}`;

/** Scheme, host and port: a user in front of them may be followed by a password, and a path or a query may hold a token. */
function shownTarget(target: string): string {
  const [, scheme = "", authority = ""] = /^([a-z]+:\/\/)?([^/?#]*)/i.exec(target) ?? [];
  const host = authority.replace(/^.*@/s, "…@");
  const more = target.length > scheme.length + authority.length ? "…" : "";
  return /^[\w.:[\]…@-]*$/.test(host) ? `${scheme}${host}${more}` : "set";
}

/** A line for a message: the key that it begins with, and after a harmless one its only word. */
export function shownLine(line = ""): string {
  if (line.trim() === "") return "";
  const [, key = "", value = ""] = /^[\s-]*["']?(\w+)["']?\s*:(.*)$/s.exec(line) ?? [];
  if (!harmless.has(key) && !fields.has(key)) return hidden;
  return harmless.has(key) && /^\s+[\w.+-]+\s*$/.test(value) ? `${key}: ${value.trim()}` : `${key}: …`;
}

/** A line of a rule file, which has no credential in its own place. */
export const shownRuleLine = (line = ""): string =>
  /pass|secret|token|credential|authorization|key/i.test(line) ? "a line that may hold a secret" : line.trim();

/** Other fields that a line may begin with; one that is not known may be the next line of a credential. */
const fields: ReadonlySet<string> = new Set([
  ...["scrape_configs", "static_configs", "targets", "labels", "metrics_path", "params", "tls_config", "basic_auth"],
  ...["authorization", "oauth2", "http_headers", "relabel_configs", "metric_relabel_configs", "regex", "replacement"],
  ...["separator", "username", "password", "password_file", "credentials", "credentials_file", "client_id"],
  ...["client_secret", "client_secret_file", "token_url", "scopes", "endpoint_params", "values", "files"],
  ...["ca", "cert_file", "key_file", "server_name", "min_version", "max_version", "type"],
]);

/** What promtool says of a scrape file, without the values that it quotes; a job's name is none. */
export const withoutQuotes = (text: string): string =>
  text
    .replace(/`[^`]*`/g, "`…`")
    .replace(/(job(?: name)?:? )?"([^"]*)"/g, (_all, job, quoted) =>
      job === undefined ? '"…"' : `${job}"${firstWord(quoted)}"`,
    );
