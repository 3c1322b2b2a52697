import { LinkError } from "@metrics-link/contract";
import { hostPaths } from "@metrics-link/release";
import type { Lookup } from "./files.ts";
import { isRecord } from "./json.ts";
import { inOnePiece, listOf } from "./one-piece.ts";
import { Place } from "./place.ts";
import { secretOf } from "./trust.ts";

/**
 * The static twin of a release's configuration: one file without LDS and SDS, because `envoy --mode validate` looks behind neither. The
 * listener file's listener stands among the static ones, and each TLS context names the files that its secrets name. Their paths are
 * relative: a release is validated in its own directory, before it is below `current`.
 * @throws LinkError if a file or a secret that the configuration names is not in the release, or cannot be read
 */
export const twinOf = (lookup: Lookup): object => withFiles(inOnePiece(lookup), lookup);

/** The twin of a configuration that is in one piece. */
export function withFiles(whole: Readonly<Record<string, unknown>>, lookup: Lookup): object {
  const { dynamic_resources: _listenerFile, ...rest } = whole;
  return Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, resolved(value, lookup)]));
}

function resolved(value: unknown, lookup: Lookup): unknown {
  if (Array.isArray(value)) return value.map((item) => resolved(item, lookup));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      key === "common_tls_context" && isRecord(item) ? withoutSecrets(item, lookup) : resolved(item, lookup),
    ]),
  );
}

function withoutSecrets(context: Readonly<Record<string, unknown>>, lookup: Lookup) {
  const { tls_certificate_sds_secret_configs: own, combined_validation_context: combined, ...rest } = context;
  const files = (reference: unknown, field: string) => filesIn(new Place("", reference), field, lookup);
  return {
    ...rest,
    ...(own === undefined
      ? {}
      : { tls_certificates: listOf(own).map((reference) => files(reference, "tls_certificate")) }),
    ...(isRecord(combined) ? { validation_context: trustOf(combined, files) } : {}),
  };
}

function trustOf(combined: Readonly<Record<string, unknown>>, files: (reference: unknown, field: string) => object) {
  const { default_validation_context: checks, validation_context_sds_secret_config: reference } = combined;
  return {
    ...(isRecord(checks) ? checks : {}),
    ...(reference === undefined ? {} : files(reference, "validation_context")),
  };
}

/** What a secret says, with its paths relative to the release. Nothing is watched during validation. */
function filesIn(reference: Place, field: string, lookup: Lookup): object {
  const secret = secretOf(reference, lookup);
  if ("fault" in secret) throw new LinkError("RELEASE_CHECK_FAILED", { what: secret.fault.message });
  const said = secret.found?.at(field).value;
  if (!isRecord(said)) {
    throw new LinkError("RELEASE_CHECK_FAILED", { what: `secret ${reference.at("name").shown} has no ${field}` });
  }
  const { watched_directory: _watched, ...rest } = said;
  return Object.fromEntries(Object.entries(rest).map(([key, item]) => [key, relative(item)]));
}

function relative(source: unknown): unknown {
  if (!isRecord(source) || typeof source.filename !== "string") return source;
  const below = `${hostPaths.current}/`;
  return source.filename.startsWith(below) ? { ...source, filename: source.filename.slice(below.length) } : source;
}
