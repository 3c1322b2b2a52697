import { fileURLToPath } from "node:url";
import { LinkError } from "@metrics-link/contract";
import { sha256 } from "@metrics-link/release";
import { build } from "esbuild";

export interface AgentBundle {
  readonly text: string;
  readonly sha256: string;
}

/**
 * Bundles the agent into one file that needs only Node. Its hash is part of every release, so the same sources must give the
 * same bytes on every machine: minifying white space drops the paths that esbuild writes into comments.
 */
export async function bundleAgent(): Promise<AgentBundle> {
  const text = await bundleOf(beside("../agent/"));
  return { text, sha256: sha256(text) };
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
