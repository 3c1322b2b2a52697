import { InvalidInputError, type Problem, valueAt } from "@metrics-link/contract";
import { z } from "zod";
import type { ExchangeConfiguration } from "./exchange.ts";
import { type FleetFile, joinFleet } from "./fleet.ts";
import { acceptedPart, holdsSecret, innermost, type Known, schemaAt } from "./known.ts";
import { servicesFile } from "./metrics-services.ts";
import { exporterFile } from "./node-exporter.ts";
import { type Contradiction, rules } from "./rules/index.ts";
import { type Configuration, configurationSchemas } from "./schema.ts";
import type { Source } from "./source.ts";

/** The namespace of all keys in `Pulumi.<stack>.yaml`. */
export const configurationNamespace = "metrics-link";

/**
 * The keys of one namespace without its name. Keys of others are somebody else's business.
 * @param config as Pulumi's runtime hands it over, `namespace:key`, objects as JSON and everything else as text; or as it stands in
 *   a stack's file, where a key may also be written `namespace:config:key` (sdk/go/common/resource/config/key.go, ParseKey)
 */
export function configurationOf(
  namespace: string,
  config: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const prefix = `${namespace}:`;
  const own = Object.entries(config)
    .filter(([name]) => name.startsWith(prefix))
    .map(([name, value]) => [name.slice(prefix.length).replace(/^config:/, ""), structured(value)] as const);
  return Object.fromEntries(own);
}

/** A text that only begins like JSON is a text, which no section is; the schema says so. */
function structured(value: unknown): unknown {
  if (typeof value !== "string" || !/^[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/**
 * What is wrong in a configuration for reasons that its schema does not know, such as the names of alerts. Told of the same
 * parts as a rule.
 */
export type Beyond = (known: Known) => Iterable<Contradiction>;

/**
 * Checks the configuration of a stack with a host, given as an object of its top-level keys, and fills in the defaults.
 * @param source the file that it stands in, for the message
 * @param beyond what else the caller finds, so that one message reports it all
 * @param files those of the folder that the key `fleet` names, each a sender
 * @throws InvalidInputError naming every wrong key with its file, its value and what would be right.
 */
export function parseConfiguration(
  raw: Readonly<Record<string, unknown>>,
  source?: Source,
  beyond: Beyond = () => [],
  files: readonly FleetFile[] = [],
): Configuration {
  const { role: found } = raw;
  if (found === "sender") return checked(configurationSchemas.sender, raw, source, beyond);
  if (found === "receiver") return checked(configurationSchemas.receiver, raw, source, beyond, files);
  const remedy = isExchange(raw)
    ? "either sender or receiver: an exchange stack has no host, name the one that it shows"
    : "either sender or receiver";
  throw invalid([problem(["role"], found, remedy, source)], source);
}

/** Whether a configuration is that of an exchange stack. */
export const isExchange = ({ role }: Readonly<Record<string, unknown>>): boolean => role === "exchange";

/** The same for an exchange stack. @throws InvalidInputError */
export const parseExchange = (raw: Readonly<Record<string, unknown>>, source?: Source): ExchangeConfiguration =>
  checked(configurationSchemas.exchange, raw, source);

/** The metrics services in a file for a machine that is not a host of a stack. @throws InvalidInputError */
export const parseServicesFile = (raw: Readonly<Record<string, unknown>>, source?: Source): ServicesFile =>
  checked(servicesFile, raw, source);

export type ServicesFile = z.output<typeof servicesFile>;

/** The same of an exporter. @throws InvalidInputError */
export const parseExporterFile = (raw: Readonly<Record<string, unknown>>, source?: Source): ExporterFile =>
  checked(exporterFile, raw, source);

export type ExporterFile = z.output<typeof exporterFile>;

function checked<Schema extends z.ZodType>(
  schema: Schema,
  given: Readonly<Record<string, unknown>>,
  source: Source | undefined,
  beyond: Beyond = () => [],
  files: readonly FleetFile[] = [],
): z.output<Schema> {
  const { raw, problems: ofFiles, keyOf: keyInFile } = joinFleet(given, files);
  const result = schema.safeParse(raw);
  const wrong = result.success
    ? []
    : firstOfEach(result.error.issues.flatMap((issue) => wrongValues(schema, issue, raw)));
  const known = (result.success ? result.data : acceptedPart(schema, raw)) as Known;
  const all = [...wrong, ...contradictions(known, wrong, beyond)];
  if (result.success && all.length + ofFiles.length === 0) return result.data;
  // A sender whose file cannot be read is one all the same.
  const isOfFiles = ({ path }: Contradiction) => ofFiles.length > 0 && path.join() === "senders" && !hasSenders(raw);
  const told = all
    .filter((one) => !isOfFiles(one))
    .map(({ path, remedy }): Problem => {
      const value = shown(schema, path, raw);
      const key = keyInFile(path);
      return key === undefined ? problem(path, value, remedy, source) : { key, value, remedy };
    });
  const problems = [...told, ...ofFiles];
  throw invalid(
    problems.toSorted((one, other) => (one.line ?? 0) - (other.line ?? 0)),
    source,
  );
}

const hasSenders = ({ senders }: Readonly<Record<string, unknown>>) => Array.isArray(senders) && senders.length > 0;

function wrongValues(schema: z.ZodType, issue: z.core.$ZodIssue, raw: unknown): Contradiction[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((name) => ({
      path: [...issue.path, name],
      remedy: "no such key; check its spelling or remove it",
    }));
  }
  const ownWords = !issue.message.startsWith("Invalid input");
  const remedy = ownWords ? issue.message : sectionRemedy(schemaAt(schema, issue.path));
  return [
    { path: issue.path, remedy: `${remedy}${needsQuotes(issue, valueAt(raw, issue.path)) ? ", in quotes" : ""}` },
  ];
}

/** Without quotes YAML reads `1.10` as a number and `on` as a boolean; in a text they would stand as they were written. */
const needsQuotes = (issue: z.core.$ZodIssue, value: unknown): boolean =>
  issue.code === "invalid_type" &&
  issue.expected === "string" &&
  (typeof value === "number" || typeof value === "boolean") &&
  !issue.message.includes("in quotes");

/** A section has no words of its own: it is its keys. */
function sectionRemedy(schema: z.ZodType | undefined): string {
  const inner = schema === undefined ? undefined : innermost(schema);
  return inner instanceof z.ZodObject
    ? `a section with the keys ${Object.keys(inner.shape).join(", ")}`
    : "another value";
}

/** One remedy a key: a text where a list is expected is also too long for one. */
const firstOfEach = (findings: readonly Contradiction[]): Contradiction[] =>
  [...new Map(findings.toReversed().map((finding) => [keyOf(finding.path), finding])).values()].toReversed();

/** Nothing more is said of a key that is wrong by itself. */
function contradictions(known: Known, wrong: readonly Contradiction[], beyond: Beyond): Contradiction[] {
  const told = wrong.map(({ path }) => documented(path));
  const isTold = (key: string) => told.some((one) => one === key || key.startsWith(`${one}.`));
  return [
    ...Object.values(rules).flatMap(({ keys, broken }) => (keys.some(isTold) ? [] : [...broken(known)])),
    ...[...beyond(known)].filter(({ path }) => !isTold(documented(path))),
  ];
}

/** A key as docs/configuration.md writes it. */
const documented = (path: readonly PropertyKey[]): string => keyOf(path).replace(/\[\d+\]/g, "[]");

function invalid(problems: readonly Problem[], source: Source | undefined): InvalidInputError {
  return new InvalidInputError(
    `${source?.name ?? "Pulumi.<stack>.yaml"} has wrong values`,
    problems,
    "CONFIGURATION_INVALID",
  );
}

function problem(path: readonly PropertyKey[], value: unknown, remedy: string, source: Source | undefined): Problem {
  const line = source?.lineOf(path);
  return { key: configurationKey(path), value, remedy, ...(line === undefined ? {} : { line }) };
}

/** The value for a message. That of a secret, or of anything that may hold one, is not for the eyes of others. */
function shown(schema: z.ZodType, path: readonly PropertyKey[], raw: unknown): unknown {
  const value = valueAt(raw, path);
  if (value === undefined) return undefined;
  const own = schemaAt(schema, path) ?? schemaAt(schema, path.slice(0, -1));
  return own !== undefined && holdsSecret(own) && path.length > 1 ? "(not shown: it may be a secret)" : value;
}

/** A key as a stack's file and messages have it: `metrics-link:senders[0].name`. */
export const configurationKey = (path: readonly PropertyKey[]): string => `${configurationNamespace}:${keyOf(path)}`;

const keyOf = (path: readonly PropertyKey[]): string =>
  path
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`))
    .join("")
    .replace(/^\./, "");
