import { fingerprintsOf, unlessOtherText } from "@metrics-link/contract";
import { hostPaths } from "@metrics-link/release";
import { fileOf, type Lookup } from "./files.ts";
import { UnreadableJson } from "./json.ts";
import { Place } from "./place.ts";
import type { Tls } from "./view.ts";

/** What is wrong, and the path of the setting. */
export interface Fault {
  readonly path: string;
  readonly message: string;
}

/** What a TLS context takes from files of the release, or why that cannot be read. */
export type FromFiles<Found> = { readonly found: Found } | { readonly fault: Fault };

/** Converts a path that Envoy opens, below `current`, to the path in the release. */
const inRelease = (path: string): string | undefined =>
  path.startsWith(`${hostPaths.current}/`) ? path.slice(hostPaths.current.length + 1) : undefined;

/** The one literal DNS name that a context accepts; `undefined` for none, several or a pattern. */
export function onlyName(tls: Tls): string | undefined {
  const [only, ...others] = literalNames(tls) ?? [];
  return others.length === 0 ? only : undefined;
}

/** The literal DNS names that a context accepts; `undefined` for none, or when one of them is a pattern. */
export function literalNames(tls: Tls): readonly string[] | undefined {
  const names = namesOf(tls).items.map((item) => {
    const regex = item.at("matcher", "safe_regex", "regex").text;
    const isName = regex !== undefined && /^([a-z0-9-]|\\\.)+$/.test(regex);
    return isName && item.at("san_type").text === "DNS" ? regex.replaceAll("\\.", ".") : undefined;
  });
  return names.length === 0 || names.includes(undefined) ? undefined : names.filter((name) => name !== undefined);
}

/** The list of accepted names. */
export const namesOf = ({ common }: Tls): Place => checksOf(common).at("match_typed_subject_alt_names");

/** The settings of the validation context, from whichever of the two fields is set. */
function checksOf(common: Place): Place {
  const combined = common.at("combined_validation_context");
  return combined.exists ? combined.at("default_validation_context") : common.at("validation_context");
}

export interface Anchors {
  /** Path of the trust bundle. */
  readonly file: string;
  /** SHA-256 of its certificates; `undefined` if the files are not available. */
  readonly fingerprints: readonly string[] | undefined;
}

/** The roots that a context trusts: one bundle of the release, referenced by one secret. */
export function anchorsOf({ common }: Tls, lookup: Lookup | undefined): FromFiles<Anchors> {
  const combined = common.at("combined_validation_context");
  const reference = combined.at("validation_context_sds_secret_config");
  const checks = checksOf(common);
  const others = othersIn(checks, ["trusted_ca", "match_typed_subject_alt_names", "max_verify_depth"]);
  if (others !== undefined) return fault(checks, others);
  if (!combined.exists) return bundle(checks.at("trusted_ca", "filename"), lookup);
  if (!reference.exists) return fault(reference, "there is no secret with trusted roots");
  const secret = secretOf(reference, lookup);
  if ("fault" in secret) return secret;
  // Without the files, only the secret's name is known, for example when checking a running Envoy.
  if (secret.found === undefined) return { found: { file: reference.at("name").text ?? "?", fingerprints: undefined } };
  const context = secret.found.at("validation_context");
  const more = othersIn(context, ["trusted_ca", "watched_directory"]);
  return more === undefined ? bundle(context.at("trusted_ca", "filename"), lookup) : fault(context, more);
}

/** Other settings that would change whom the context trusts. */
function othersIn(context: Place, known: readonly string[]): string | undefined {
  const others = context.keys.filter((key) => !known.includes(key));
  return others.length === 0 ? undefined : `validation is also changed by ${others.join(", ")}`;
}

function bundle(filename: Place, lookup: Lookup | undefined): FromFiles<Anchors> {
  const path = filename.text === undefined ? undefined : inRelease(filename.text);
  if (path === undefined) {
    return fault(filename, `its roots are not a file of the release: ${filename.shown}`);
  }
  if (lookup === undefined) return { found: { file: path, fingerprints: undefined } };
  const text = lookup(path);
  if (text === undefined) return fault(filename, `its roots are not a file of the release: there is no ${path}`);
  return unlessOtherText<FromFiles<Anchors>>(
    () => ({ found: { file: path, fingerprints: fingerprintsOf(text) } }),
    (why) => fault(filename, `${path} does not consist of certificates only: ${why}`),
  );
}

/** Certificate chain and key that a context presents, as paths in the release. */
export interface Own {
  readonly chain: string;
  readonly key: string;
}

export function ownOf({ common }: Tls, lookup: Lookup | undefined): FromFiles<Own | undefined> {
  const references = common.at("tls_certificate_sds_secret_configs");
  const files = common.at("tls_certificates");
  const count = references.items.length + files.items.length;
  if (count !== 1) return fault(common, `it presents ${count} certificates instead of one`);
  const [reference] = references.items;
  if (reference === undefined) return pair(files.items[0] ?? files);
  const secret = secretOf(reference, lookup);
  if ("fault" in secret) return secret;
  return secret.found === undefined ? { found: undefined } : pair(secret.found.at("tls_certificate"));
}

function pair(certificate: Place): FromFiles<Own> {
  const [chain, key] = ["certificate_chain", "private_key"].map((field) => {
    const path = certificate.at(field, "filename").text;
    return path === undefined ? undefined : inRelease(path);
  });
  if (chain === undefined || key === undefined) {
    return fault(certificate, "its certificate and key are not files of the release");
  }
  return { found: { chain, key } };
}

/** Path in the release of the SDS file that a reference names. */
export const secretPath = (reference: Place): string | undefined => {
  const path = reference.at("sds_config", "path_config_source", "path").text;
  return path === undefined ? undefined : inRelease(path);
};

/** The referenced secret; `found` is `undefined` if the files are not available. */
export function secretOf(reference: Place, lookup: Lookup | undefined): FromFiles<Place | undefined> {
  const path = secretPath(reference);
  const name = reference.at("name").text;
  if (path === undefined) return fault(reference, "its secret is not a file of the release");
  if (lookup === undefined) return { found: undefined };
  const file = placeOf(path, lookup);
  if (file === undefined) return fault(reference, `its secret is not a file of the release: there is no ${path}`);
  const secrets = file.at("resources").items.filter((secret) => secret.at("name").text === name);
  const [secret, ...more] = secrets;
  if (secret === undefined || more.length > 0) {
    return fault(reference, `${path} holds ${secrets.length} secrets named ${name ?? "nothing"} instead of one`);
  }
  return { found: secret };
}

function placeOf(path: string, lookup: Lookup): Place | undefined {
  try {
    const file = fileOf(lookup, path);
    return file && new Place(`${path}: `, file.value);
  } catch (error) {
    // The rule envoy-is-known reports it.
    if (error instanceof UnreadableJson) return new Place(path, undefined);
    throw error;
  }
}

const fault = ({ path }: Place, message: string) => ({ fault: { path, message } });
