import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { parseConfiguration } from "@metrics-link/config";
import { InvalidInputError, type Problem } from "@metrics-link/contract";
import { parse } from "yaml";
import { z } from "zod";
import { allKeysOf } from "../../../scripts/generate/configuration.ts";

export type Role = "sender" | "receiver";

const stackFile = z.object({ config: z.record(z.string(), z.unknown()) });

const keys = { sender: allKeysOf("sender"), receiver: allKeysOf("receiver") } as const;

/** The `metrics-link:` keys of an example of the repository, without their prefix. */
export function example(role: Role): Record<string, unknown> {
  const file = new URL(`../../../stacks/examples/${role}.yaml`, import.meta.url);
  const { config } = stackFile.parse(parse(readFileSync(file, "utf8")));
  const prefix = "metrics-link:";
  return Object.fromEntries(
    Object.entries(config).flatMap(([key, value]) =>
      key.startsWith(prefix) ? [[key.slice(prefix.length), value]] : [],
    ),
  );
}

/** All that is wrong with a configuration. Fails when nothing is, and when anything but its own error is thrown. */
export function problemsOf(raw: Record<string, unknown>): readonly Problem[] {
  try {
    parseConfiguration(raw);
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    assert.equal(error.code, "CONFIGURATION_INVALID");
    return error.problems;
  }
  assert.fail("was accepted");
}

/**
 * A configuration with a value at a key as docs/configuration.md writes it: `[]` is the first of a list, `*` LinkBehind.
 * @param before the configuration without it; the example, in the account and network of the examples of keys, unless given
 */
export function withValue(
  role: Role,
  key: string,
  value: unknown,
  before: Readonly<Record<string, unknown>> = inExamplesAccount(example(role)),
): Record<string, unknown> {
  const raw = structuredClone(before) as Record<string, unknown>;
  const path = placesOf(key);
  let section: Record<string | number, unknown> = raw;
  for (const [index, part] of path.slice(0, -1).entries()) {
    const below =
      section[part] ?? (typeof path[index + 1] === "number" ? [] : requiredOf(role, path.slice(0, index + 1)));
    section[part] = below;
    section = below as Record<string | number, unknown>;
  }
  const last = path.at(-1) ?? "";
  section[last] = value;
  // A peer has one of the two.
  if (last === "contract") delete section.stack;
  return raw;
}

/** A configuration in the account and the range that the examples of keys are about. */
const inExamplesAccount = (raw: Readonly<Record<string, unknown>>): Record<string, unknown> => ({
  ...raw,
  account: {
    id: "111111111111",
    region: "eu-west-1",
    assumeRole: "arn:aws:iam::111111111111:role/metrics-link-deploy",
  },
  network: { ...z.record(z.string(), z.unknown()).parse(raw.network), cidr: "10.10.0.0/16" },
});

/** The places on the way to a key. */
const placesOf = (key: string): (string | number)[] =>
  key
    .split(".")
    .flatMap((part) => (part.endsWith("[]") ? [part.slice(0, -2), 0] : [part === "*" ? "LinkBehind" : part]));

/** The key as a message names it. */
export const namedOf = (key: string): string =>
  `metrics-link:${key.replaceAll("[]", "[0]").replaceAll("*", "LinkBehind")}`;

/** What a new section must have, from the examples of its keys. */
function requiredOf(role: Role, path: readonly (string | number)[]): Record<string, unknown> {
  const prefix = `${path
    .map((part) => (typeof part === "number" ? "[]" : `.${part}`))
    .join("")
    .slice(1)}.`;
  const below = keys[role].filter(
    ({ path: key, isRequired }) => isRequired && key.startsWith(prefix) && !key.slice(prefix.length).includes("."),
  );
  return Object.fromEntries(
    below.map((key) => {
      const name = key.path.slice(prefix.length);
      if (!key.isSection) return [name, exampleOf(key)];
      // Of a list its one member.
      return [name, key.type === "array" ? [requiredOf(role, [...path, name, 0])] : requiredOf(role, [...path, name])];
    }),
  );
}

/** The example of a key, as YAML reads it; a secret is a text by the time the program sees it. */
export const exampleOf = ({
  example: text = "",
  secret,
}: {
  example?: string | undefined;
  secret?: boolean | undefined;
}): unknown => (secret ? "a-secret-of-somebody" : parse(text));
