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
  const text = await bundled("../agent/");
  return { text, sha256: sha256(text) };
}

/** Bundles the repairer the same way; it is a file of the release. */
export const bundleRepairer = (): Promise<string> => bundled("../repair/");

/** Bundles the gate the same way; it is a file of the release. */
export const bundleGate = (): Promise<string> => bundled("../gate/");

/** By folder: a process bundles each once, however often it runs the program. */
const bundles = new Map<string, Promise<string>>();

function bundled(folder: string): Promise<string> {
  const known = bundles.get(folder) ?? bundle(folder);
  bundles.set(folder, known);
  return known;
}

async function bundle(folder: string): Promise<string> {
  const directory = fileURLToPath(new URL(folder, import.meta.url));
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
  if (output === undefined) throw new LinkError("INTERNAL", { what: `esbuild returned no output for ${folder}` });
  return output.text;
}
