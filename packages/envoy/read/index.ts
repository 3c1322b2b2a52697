import { parseJson, UnreadableJson } from "./json.ts";
import { type Unknown, unknownParts } from "./known.ts";
import { rules } from "./rules/index.ts";
import type { Facts, Rule } from "./rules/rule.ts";
import { bootstrapOf, type Form } from "./schema/bootstrap.ts";
import { secretFile } from "./schema/tls.ts";
import { type Lookup, secretPath } from "./trust.ts";
import { type View, viewOf } from "./view.ts";

export { parseJson, toJson, UnreadableJson } from "./json.ts";
export { rules } from "./rules/index.ts";
export { type Facts, type Peer, publicChains, unknownSource } from "./rules/rule.ts";
export { asFile, type Difference, differencesFrom, type RunningEnvoy } from "./running.ts";
export type { Form } from "./schema/bootstrap.ts";
export { type Anchors, anchorsOf, type FromFiles, inRelease, type Lookup, onlyName } from "./trust.ts";
export type { Address, Chain, Cluster, Listener, Role, Route, Tls, View } from "./view.ts";

/** A setting of an Envoy configuration that opens a fence, or is unknown. */
export interface Finding {
  /** Of the table of rules. */
  readonly rule: RuleId;
  /** `static_resources.listeners[0].filter_chain_matcher`; with the file in front where it is not the bootstrap. */
  readonly path: string;
  readonly message: string;
}
export type RuleId = (typeof rules)[keyof typeof rules]["id"];

/** An Envoy configuration as read: what it means, and which parts are unknown. */
export interface Told {
  readonly view: View;
  readonly unknown: readonly Unknown[];
}

/** The path of the bootstrap in a release. */
export const bootstrapPath = "envoy/bootstrap.json";

/**
 * Reads the bootstrap of a release, and the files with secrets that it names.
 * @param lookup the release's files by their path in it
 * @param path of the bootstrap, or of its twin
 */
export function readFiles(lookup: Lookup, path: string = bootstrapPath, form: "file" | "twin" = "file"): Told {
  const { value, fault } = parsed(lookup, path);
  if (fault !== undefined) return { view: viewOf(undefined), unknown: [fault] };
  const told = readValue(value, form);
  const files = [...new Set(secretFilesOf(told.view))];
  return { ...told, unknown: [...told.unknown, ...files.flatMap((file) => unknownSecrets(lookup, file))] };
}

/** Reads a parsed bootstrap, such as that of a running Envoy. */
export function readValue(bootstrap: unknown, form: Form): Told {
  return { view: viewOf(bootstrap), unknown: unknownParts(bootstrapOf[form], bootstrap) };
}

/** The findings of all rules, or of those that are `wanted`. */
export function find(
  { view, unknown }: Told,
  facts: Facts,
  wanted: (id: RuleId) => boolean = () => true,
): readonly Finding[] {
  return Object.values(rules).flatMap((rule): Finding[] => {
    if (!wanted(rule.id)) return [];
    const found = "check" in rule ? [...(rule as Rule).check(view, facts)] : unknown;
    // One secret may be used by several chains.
    const once = new Map(found.map((one) => [sentence(one), one]));
    return [...once.values()].map(({ path, message }) => ({ rule: rule.id, path, message }));
  });
}

/** As a person reads it. */
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
  // That it is missing is told by the rule about what it would hold.
  if (lookup(path) === undefined) return [];
  const { value, fault } = parsed(lookup, path);
  return fault === undefined ? unknownParts(secretFile, value, `${path}: `) : [fault];
}

function parsed(lookup: Lookup, path: string): { readonly value?: unknown; readonly fault?: Unknown } {
  const text = lookup(path);
  if (text === undefined) return { fault: { path, message: "there is no such file in the release" } };
  try {
    return { value: parseJson(text) };
  } catch (error) {
    if (error instanceof UnreadableJson) return { fault: { path, message: error.message } };
    throw error;
  }
}
