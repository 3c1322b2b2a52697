/** The providers as one file each: Pulumi starts them anew for every command, and one file loads in half the time. */
import { join } from "node:path";
import { build } from "esbuild";

/** The language host is not among them: it looks for Pulumi's SDK beside itself. */
const providers = ["aws", "tls", "command"];

/**
 * Bundles the providers into `folder`, where `bin/start.mjs` takes them from if METRICS_LINK_PLUGINS names it and no
 * source is newer.
 */
export async function bundleProviders(folder: string): Promise<void> {
  await build({
    entryPoints: providers.map((name) => ({ in: join(import.meta.dirname, name, "main.ts"), out: name })),
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node24",
    // Readable stack traces are worth more than the last milliseconds: no minification.
    logLevel: "silent",
    // gRPC and the generated protocol files are CommonJS and call require for Node's own modules.
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
  });
}
