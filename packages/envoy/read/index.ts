import { fileOf, type Lookup } from "./files.ts";
import { UnreadableJson } from "./json.ts";
import { type Unknown, unknownParts } from "./known.ts";
import { bootstrapPath, ingestPath } from "./paths.ts";
import { Place } from "./place.ts";
import { rules } from "./rules/index.ts";
import type { Facts, Rule } from "./rules/rule.ts";
import { bootstrapOf, type Form } from "./schema/bootstrap.ts";
import { ingestFile } from "./schema/listeners.ts";
import { secretFile } from "./schema/tls.ts";
import { secretPath } from "./trust.ts";
import { type View, viewOf } from "./view.ts";

export type { Lookup } from "./files.ts";
export { parseJson, toJson, UnreadableJson } from "./json.ts";
export { inOnePiece } from "./one-piece.ts";
export { bootstrapPath } from "./paths.ts";
export { rules } from "./rules/index.ts";
export { type Facts, type Peer, publicChains, type Service, unknownSource } from "./rules/rule.ts";
export { queriesServed } from "./rules/services.ts";
export { asFile, differencesFrom } from "./running.ts";
export type { Form } from "./schema/bootstrap.ts";
export { anchorsOf, onlyName } from "./trust.ts";
export { twinOf, withFiles } from "./twin.ts";
export type { Chain, Tls } from "./view.ts";

/** A setting in an Envoy configuration that opens a fence or is unknown. */
export interface Finding {
  readonly rule: RuleId;
  /** `static_resources.listeners[0].filter_chain_matcher`; prefixed with the file unless that is the bootstrap. */
  readonly path: string;
  readonly message: string;
}
export type RuleId = (typeof rules)[keyof typeof rules]["id"];

/** The result of reading an Envoy configuration: its view, and the parts that the schema does not know. */
export interface Told {
  readonly view: View;
  readonly unknown: readonly Unknown[];
}

/**
 * Reads a release's bootstrap and the files of listeners and secrets that it references.
 * @param lookup returns a file of the release by its path
 * @param path of the bootstrap
 */
export function readFiles(lookup: Lookup, path: string = bootstrapPath): Told {
  const { value, fault } = parsed(lookup, path);
  if (fault !== undefined) return { view: viewOf(undefined), unknown: [fault] };
  const told = withIngestFile(value, lookup);
  const files = [...new Set(secretFilesOf(told.view))];
  return { ...told, unknown: [...told.unknown, ...files.flatMap((file) => unknownSecrets(lookup, file))] };
}

/** A bootstrap with the listener file that it references. */
function withIngestFile(bootstrap: unknown, lookup: Lookup): Told {
  const told = readValue(bootstrap, "file");
  if (!told.view.place.at("dynamic_resources").exists) return told;
  const { value, fault } = parsed(lookup, ingestPath);
  if (fault !== undefined) return { ...told, unknown: [...told.unknown, fault] };
  const root = `${ingestPath}: `;
  return {
    view: viewOf(bootstrap, new Place(root, value).at("resources").items),
    unknown: [...told.unknown, ...unknownParts(ingestFile, value, root)],
  };
}

/** Reads a parsed bootstrap, such as that of a running Envoy. */
export function readValue(bootstrap: unknown, form: Form): Told {
  return { view: viewOf(bootstrap), unknown: unknownParts(bootstrapOf[form], bootstrap) };
}

/** The findings of all rules, or of those for which `wanted` is true. */
export function find(
  { view, unknown }: Told,
  facts: Facts,
  wanted: (id: RuleId) => boolean = () => true,
): readonly Finding[] {
  return Object.values(rules).flatMap((rule): Finding[] => {
    if (!wanted(rule.id)) return [];
    const found = "check" in rule ? [...(rule as Rule).check(view, facts)] : unknown;
    // Several chains may use one secret.
    const once = new Map(found.map((one) => [sentence(one), one]));
    return [...once.values()].map(({ path, message }) => ({ rule: rule.id, path, message }));
  });
}

/** A finding as one line of text. */
export const sentence = ({ path, message }: Pick<Finding, "path" | "message">): string => `${path}: ${message}`;

function secretFilesOf({ listeners, clusters }: View): string[] {
  return [...listeners.flatMap(({ chains }) => chains), ...clusters].flatMap(({ tls }) => {
    const references = [
      ...(tls?.common.at("tls_certificate_sds_secret_configs").items ?? []),
      ...(tls === undefined
        ? []
        : [tls.common.at("combined_validation_context", "validation_context_sds_secret_config")]),
    ];
    return references.flatMap((reference) => secretPath(reference) ?? []);
  });
}

function unknownSecrets(lookup: Lookup, path: string): readonly Unknown[] {
  // The rule on its content reports a missing file.
  if (lookup(path) === undefined) return [];
  const { value, fault } = parsed(lookup, path);
  return fault === undefined ? unknownParts(secretFile, value, `${path}: `) : [fault];
}

function parsed(lookup: Lookup, path: string): { readonly value?: unknown; readonly fault?: Unknown } {
  try {
    return fileOf(lookup, path) ?? { fault: { path, message: "the release has no such file" } };
  } catch (error) {
    if (error instanceof UnreadableJson) return { fault: { path, message: error.message } };
    throw error;
  }
}
