import { configurationNamespace, isSecretKey } from "@metrics-link/config";
import { LinkError, messageOf } from "@metrics-link/contract";
import { parsePlainYaml } from "@metrics-link/policy";
import { secretIn } from "@metrics-link/review";
import { isScalar, Lexer, parseDocument, visit } from "yaml";

/** A stack file, read in the one way in which Pulumi reads it too. */
export interface StackDocument {
  /** The section `config`, with secrets closed. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Everything beside it: with which key Pulumi encrypts the whole state, which environments it opens. */
  readonly others: Readonly<Record<string, unknown>>;
  /** A comment means nothing to Pulumi, and something to whoever reads it. */
  readonly comments: readonly string[];
}

/** What Pulumi knows in a stack file (sdk/go/common/workspace, ProjectStack). */
const sections = ["config", "secretsprovider", "encryptedkey", "encryptionsalt", "environment"];

/**
 * Reads a stack file. Whatever Pulumi's parser (of YAML 1.1, mostly) and this one could read differently is refused,
 * and so is a second spelling of a key or a value: what is in force must be what is shown.
 * @throws LinkError STACK_FILE_INVALID naming the file and the key
 */
export function readStackDocument(name: string, bytes: Buffer): StackDocument {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    checkText(text);
    const value = (parsePlainYaml(text) ?? {}) as Record<string, unknown>;
    checkNodes(text);
    const strange = Object.keys(value).find((key) => !sections.includes(key));
    if (strange !== undefined) throw refused(`${strange} is no key of a stack file: one of ${sections.join(", ")}`);
    const { config, ...others } = value;
    return { config: configIn(config ?? {}), others, comments: commentsIn(text) };
  } catch (error) {
    throw new LinkError("STACK_FILE_INVALID", {
      what: `${name} can be read in more than one way, or in none: ${messageOf(error)}`,
      cause: error,
    });
  }
}

const refused = (what: string) => new LinkError("STACK_FILE_INVALID", { what });

/** Some of these end a line for one parser and not for another; none of them can be seen. */
function checkText(text: string): void {
  const [hidden] = text.match(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u) ?? [];
  if (hidden !== undefined) throw refused(`it has the character \\u{${hidden.codePointAt(0)?.toString(16)}}`);
  const [mark] = text.match(/^(%|---|\.\.\.).*/m) ?? [];
  if (mark !== undefined) throw refused(`it has the line ${mark}: one document without directives is expected`);
}

function checkNodes(text: string): void {
  visit(parseDocument(text), {
    Pair: (_, { key }) => {
      const name = isScalar(key) ? key.value : undefined;
      if (typeof name !== "string" || name === "__proto__")
        throw refused(`${String(key)} is a key: a text is expected`);
    },
    Scalar: (_, { value, source }) => {
      const isPlain = typeof value !== "number" || (String(value) === source && !isUnsafe(value));
      if (!isPlain) throw refused(`the number ${source} has another spelling: ${String(value)}, or a text in quotes`);
    },
  });
}

/** Above this, two numbers are one to JavaScript. */
const isUnsafe = (value: number) => !Number.isFinite(value) || Math.abs(value) > Number.MAX_SAFE_INTEGER;

function configIn(config: unknown): Readonly<Record<string, unknown>> {
  if (typeof config !== "object" || config === null || Array.isArray(config)) throw refused("config is no mapping");
  for (const [key, value] of Object.entries(config)) {
    if (!/^[a-z][a-z0-9-]*:[A-Za-z][A-Za-z0-9-]*$/.test(key))
      throw refused(`${key} is no key as this repository spells it: namespace:name, without a path`);
    if (typeof value === "string" && /^\s*[[{]/.test(value))
      throw refused(`${key} is JSON in a text, which Pulumi parses: write it as YAML`);
  }
  return closed("", config) as Readonly<Record<string, unknown>>;
}

/** Pulumi writes a secret as `{ secure: <ciphertext> }`. */
function closed(path: string, value: unknown): unknown {
  const [namespace, key = ""] = path.split(/:(.*)/s);
  const mayBeSecret = namespace === configurationNamespace && isSecretKey(key);
  if (mayBeSecret && (typeof value === "string" || typeof value === "number"))
    throw refused(`${path} is a secret in clear: set it with \`pulumi config set --secret\`, and take another one`);
  if (typeof value !== "object" || value === null) return value;
  if (!Array.isArray(value) && Object.hasOwn(value, "secure")) {
    if (namespace === configurationNamespace && !mayBeSecret)
      throw refused(`${path} is a secret: nobody who reads the file would see its value`);
    if (Object.keys(value).length === 1) return secretIn(Object.values(value)[0]);
  }
  const inner = (key: string) => (path === "" ? key : `${path}.${key}`);
  const entries = Object.entries(value).map(([key, found]) => [key, closed(inner(key), found)] as const);
  return Array.isArray(value) ? entries.map(([, found]) => found) : Object.fromEntries(entries);
}

const commentsIn = (text: string): string[] => [...new Lexer().lex(text)].filter((token) => token.startsWith("#"));
