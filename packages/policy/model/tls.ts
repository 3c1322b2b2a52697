import { fingerprintsOf, hostPaths, unlessOtherText } from "@metrics-link/contract";
import { parse } from "yaml";
import type { TlsContext, Validation } from "./envoy.ts";
import type { PublishedRelease } from "./release.ts";

/** The settings of a validation context, whichever of Envoy's fields they stand in. */
const validationOf = ({ common_tls_context: common }: TlsContext): Validation =>
  common?.combined_validation_context?.default_validation_context ?? common?.validation_context ?? {};

/** RFC 8446 only: an older handshake shows the client's certificate in clear, and can be resumed. */
export function* onlyTls13(where: string, { common_tls_context: common }: TlsContext): Generator<string> {
  const { tls_minimum_protocol_version: minimum, tls_maximum_protocol_version: maximum } = common?.tls_params ?? {};
  if (minimum !== "TLSv1_3") yield `${where}: the minimum TLS version is ${minimum ?? "not set"} instead of TLSv1_3`;
  if (maximum !== "TLSv1_3") yield `${where}: the maximum TLS version is ${maximum ?? "not set"} instead of TLSv1_3`;
}

/** The one name that a context accepts; undefined when it accepts several, or none, or a pattern. */
export function onlyName(context: TlsContext): string | undefined {
  const [only, ...others] = validationOf(context).match_typed_subject_alt_names ?? [];
  const regex = only?.matcher?.safe_regex?.regex;
  const literal = regex !== undefined && /^([a-z0-9-]|\\\.)+$/.test(regex);
  return only?.san_type === "DNS" && literal && others.length === 0 ? regex.replaceAll("\\.", ".") : undefined;
}

/** Settings beside the one trust bundle that would have a say in whom to believe. */
const besides = new Set(["match_typed_subject_alt_names", "max_verify_depth"]);

/**
 * The roots that a context believes, as fingerprints: those of the one file of the release that its one secret names.
 * @returns what is wrong instead, when there is anything else
 */
export function anchorsOf(
  release: PublishedRelease,
  { common_tls_context: common }: TlsContext,
): { readonly fingerprints: readonly string[]; readonly file: string } | { readonly wrong: string } {
  const combined = common?.combined_validation_context;
  if (combined === undefined || common?.validation_context || common?.validation_context_sds_secret_config) {
    return { wrong: "the trust is not one secret of its own (combined_validation_context)" };
  }
  const others = Object.keys(combined.default_validation_context ?? {}).filter((key) => !besides.has(key));
  if (others.length > 0) return { wrong: `beside its secret the trust is changed by ${others.join(", ")}` };
  const { name, sds_config } = combined.validation_context_sds_secret_config ?? {};
  const path = sds_config?.path_config_source?.path;
  const secrets = (readYaml(release, path) as { resources?: SecretResource[] } | undefined)?.resources ?? [];
  const [secret, ...more] = secrets.filter((resource) => resource.name === name);
  if (secret === undefined || more.length > 0) {
    return { wrong: `${path ?? "no file"} does not hold exactly one secret ${name ?? "without a name"}` };
  }
  const fields = Object.keys(secret.validation_context ?? {}).filter(
    (key) => !["trusted_ca", "watched_directory"].includes(key),
  );
  if (fields.length > 0) return { wrong: `in ${path} the trust is changed by ${fields.join(", ")}` };
  const file = secret.validation_context?.trusted_ca?.filename;
  const bundle = file === undefined ? undefined : contentOf(release, file);
  if (file === undefined || bundle === undefined) {
    return { wrong: `its roots are not a file of the release: ${file ?? "no filename"}` };
  }
  return unlessOtherText<ReturnType<typeof anchorsOf>>(
    () => ({ fingerprints: fingerprintsOf(bundle), file }),
    (why) => ({ wrong: `${file} is not certificates alone: ${why}` }),
  );
}

interface SecretResource {
  readonly name?: string;
  readonly validation_context?: { readonly trusted_ca?: { readonly filename?: string } };
}

/** Findings of a context that does not believe exactly roots that were pinned for this peer. */
export function* pinnedAnchors(
  where: string,
  release: PublishedRelease,
  context: TlsContext,
  pinned: readonly string[],
): Generator<string> {
  const anchors = anchorsOf(release, context);
  if ("wrong" in anchors) {
    yield `${where}: ${anchors.wrong}`;
    return;
  }
  const { fingerprints, file } = anchors;
  if (fingerprints.length === 0) yield `${where}: ${file} holds no certificate`;
  for (const fingerprint of fingerprints.filter((one) => !pinned.includes(one))) {
    yield `${where}: ${file} holds ${fingerprint}, which is not pinned for this peer (pinned: ${pinned.join(", ") || "none"})`;
  }
}

function contentOf(release: PublishedRelease, path: string): string | undefined {
  const prefix = `${hostPaths.current}/`;
  return path.startsWith(prefix) ? release.file(path.slice(prefix.length)) : undefined;
}

function readYaml(release: PublishedRelease, path: string | undefined): unknown {
  const text = path === undefined ? undefined : contentOf(release, path);
  return text === undefined ? undefined : parse(text);
}
