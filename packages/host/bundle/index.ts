import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { LinkError } from "@metrics-link/contract";
import { cacheDirectory, sha256 } from "@metrics-link/release";
import { build } from "esbuild";

export interface AgentBundle {
  readonly text: string;
  readonly sha256: string;
  /** A file with the text. */
  readonly path: string;
}

/**
 * Bundles the agent into one file that needs only Node. Its hash is part of every release, so the same sources must give the
 * same bytes on every machine: minifying white space drops the paths that esbuild writes into comments.
 *
 * The cache has it as a file: of a file's upload Pulumi keeps the hash, and of a text's the text, twice. The state is
 * written anew with every step of an update.
 */
export async function bundleAgent(): Promise<AgentBundle> {
  const text = await bundleOf(beside("../agent/"));
  const folder = join(cacheDirectory(), "agent");
  mkdirSync(folder, { recursive: true });
  const [hash, written] = [sha256(text), join(folder, `${process.pid}.next`)];
  const path = join(folder, `${hash}.mjs`);
  writeFileSync(written, text);
  renameSync(written, path);
  return { text, sha256: hash, path };
}

/** Bundles the repairer the same way; it is a file of the release. */
export const bundleRepairer = (): Promise<string> => bundleOf(beside("../repair/"));

/** Bundles the gate the same way; it is a file of the release. */
export const bundleGate = (): Promise<string> => bundleOf(beside("../gate/"));

const beside = (folder: string) => fileURLToPath(new URL(folder, import.meta.url));

/** By directory: a process bundles each once, however often it runs the program. */
const bundles = new Map<string, Promise<string>>();

/** Bundles the program of a directory, its `main.ts`. */
export function bundleOf(directory: string): Promise<string> {
  const known = bundles.get(directory) ?? bundle(directory);
  bundles.set(directory, known);
  return known;
}

async function bundle(directory: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: ["main.ts"],
    absWorkingDir: directory,
    bundle: true,
    write: false,
    platform: "node",
    format: "esm",
    target: "node24",
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: "none",
    logLevel: "silent",
    // Parts of the AWS SDK are CommonJS and require Node's own modules.
    banner: { js: 'import{createRequire}from"node:module";const require=createRequire(import.meta.url);' },
  });
  const [output] = outputFiles;
  if (output === undefined) throw new LinkError("INTERNAL", { what: `esbuild returned no output for ${directory}` });
  return output.text;
}
