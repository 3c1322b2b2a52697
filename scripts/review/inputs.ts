import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { secretIn } from "@metrics-link/review";
import { parse } from "yaml";

/** The stack's configuration, and the files of the repository that it names: scrape jobs, rules, certificates. */
export interface Inputs {
  /** The section `config`, with secrets closed. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Folders and files of the repository, relative to its root. */
  readonly named: readonly string[];
}

/** @throws Error when the configuration names a file of the program as one of its own */
export function inputsOf(checkout: string, file: string): Inputs {
  const { config = {} } = (parse(readFileSync(file, "utf8")) ?? {}) as { config?: Record<string, unknown> };
  const named = textsIn(config).flatMap((text) => {
    const path = relative(checkout, resolve(checkout, text));
    const isName = /[^/]\/[^/]/.test(text) && path !== "" && !path.startsWith("..");
    return isName && existsSync(join(checkout, path)) ? [path] : [];
  });
  const strange = named.find((path) =>
    filesBelow(checkout, path).some((inner) => !/\.(ya?ml|pem|crt|csr)$/.test(inner) || isOfProgram(inner)),
  );
  if (strange !== undefined)
    throw new Error(
      `the configuration names ${strange}: only YAML and PEM files outside of the program can be compared`,
    );
  return { config: closed(config) as Inputs["config"], named: [...new Set(named)] };
}

/** Where no configuration has files of its own: putting them into the reviewed program would change it. */
const isOfProgram = (path: string) =>
  /^(packages|scripts)\/|^[^/]+$|^stacks\/[^/]+\.yaml$|(^|\/)node_modules\//.test(path);

/** The files at or below a path of the checkout. */
function filesBelow(checkout: string, path: string): string[] {
  if (!statSync(join(checkout, path)).isDirectory()) return [path];
  const entries = readdirSync(join(checkout, path), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map(({ parentPath, name }) => relative(checkout, join(parentPath, name)))
    .toSorted();
}

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** Pulumi writes a secret as `{ secure: <ciphertext> }`. */
export function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== "object" || value === null) return value;
  const keys = Object.keys(value);
  if (keys.length === 1 && keys[0] === "secure") return secretIn(Object.values(value)[0]);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, closed(inner)]));
}
