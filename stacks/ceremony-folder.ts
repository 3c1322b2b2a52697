import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  artifactNames,
  certificatesOf,
  InvalidInputError,
  messageOf,
  type Problem,
  rootBundle,
} from "@metrics-link/contract";
import { repositoryRoot } from "./repository-files.ts";

/**
 * The root certificates of a ceremony's folder as one bundle, encoded anew; undefined while one of them is missing.
 * @throws InvalidInputError when a file is anything else than one root certificate
 */
export function rootBundleIn(folder: string, generations: readonly number[]): string | undefined {
  const files = generations.map((generation) => join(folder, artifactNames.root(generation)));
  if (!files.every((file) => existsSync(resolve(repositoryRoot, file)))) return undefined;
  const read = files.map((file) => rootIn(file));
  const problems = read.flatMap(({ problem }) => (problem === undefined ? [] : [problem]));
  if (problems.length === 0) return read.map(({ pem }) => pem).join("");
  const subject = "The certificates of the ceremony cannot be shown; nothing was changed";
  throw new InvalidInputError(subject, problems, "CEREMONY_INVALID");
}

function rootIn(file: string): { readonly pem?: string; readonly problem?: Problem } {
  const remedy = "one root certificate in PEM, as `npm run ceremony -- init` writes it";
  try {
    const text = readFileSync(resolve(repositoryRoot, file), "utf8");
    const { data, error } = rootBundle.safeParse(text);
    const [pem, ...more] = data === undefined ? [] : certificatesOf(data);
    if (pem !== undefined && more.length === 0) return { pem };
    const value = error?.issues[0]?.message ?? `${more.length + 1} certificates`;
    return { problem: { key: file, value, remedy } };
  } catch (error) {
    return { problem: { key: file, value: messageOf(error), remedy } };
  }
}
