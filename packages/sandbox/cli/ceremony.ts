import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { artifactNames } from "@metrics-link/contract";
import type { Side } from "../world/accounts.ts";
import type { Sandbox } from "./sandbox.ts";

const run = promisify(execFile);

/** A file that a ceremony left for a role, or, without a name, their folder. */
export const artifactsOf = ({ layout }: Sandbox, side: Side, name = ""): string =>
  join(layout.directory, "pki", side, name);

/** Whether a role's ceremony was held: its first intermediate is signed. */
export const isSigned = (sandbox: Sandbox, side: Side): boolean =>
  existsSync(artifactsOf(sandbox, side, artifactNames.intermediate(1)));

/** Stands in for the medium and the passphrase of a real ceremony: a folder and a file. */
export function mediumOf({ layout }: Sandbox): { readonly folder: string; readonly passphraseFile: string } {
  const folder = join(layout.directory, "medium");
  return { folder, passphraseFile: join(layout.directory, "medium-passphrase") };
}

/** Makes the empty medium and a random passphrase, unless both exist. */
export function makeMedium(sandbox: Sandbox): void {
  const { folder, passphraseFile } = mediumOf(sandbox);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (!existsSync(passphraseFile)) writeFileSync(passphraseFile, randomBytes(24).toString("base64"), { mode: 0o600 });
}

/** Holds the ceremony of a role with the commands that a person runs. @throws Error with what they printed */
export async function hold(sandbox: Sandbox, side: Side): Promise<void> {
  await command(sandbox, side, ["request"]);
  await command(sandbox, side, ["init", ...mediumOptions(sandbox)]);
  await command(sandbox, side, ["sign", ...mediumOptions(sandbox)]);
}

/** Has a root that is there sign the intermediate that the configuration names. */
export async function signAnother(sandbox: Sandbox, side: Side): Promise<void> {
  await command(sandbox, side, ["request"]);
  await command(sandbox, side, ["sign", ...mediumOptions(sandbox)]);
}

function mediumOptions(sandbox: Sandbox): string[] {
  const { folder, passphraseFile } = mediumOf(sandbox);
  return ["--medium", folder, "--passphrase-file", passphraseFile, "--yes"];
}

async function command({ repository, name }: Sandbox, side: Side, words: readonly string[]): Promise<void> {
  const stack = ["--stack", side, "--sandbox", name];
  await run("node", ["scripts/with-toolchain.mjs", "node", "scripts/link.ts", "ceremony", ...words, ...stack], {
    cwd: repository,
  });
}
