/**
 * Starts the plugin whose folder is the first argument: plain JavaScript, so that a Node that cannot run TypeScript
 * gets a clear message instead of a syntax error.
 */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

const [, , plugin, ...rest] = process.argv;

if (process.features.typescript !== "strip") {
  process.stderr.write(
    `The sandbox's Pulumi plugins need Node 24 first on PATH, but ${process.execPath} is ${process.version}.\n` +
      'In the repository, eval "$(npm run -s sandbox -- env sender)" sets PATH.\n',
  );
  process.exit(1);
}

process.argv.splice(2, process.argv.length - 2, ...rest);
await import(bundled(plugin) ?? `../${plugin}/main.ts`);

/** The bundle of a plugin, if the sandbox made one (plugins/bundle.ts) and no source has changed since. */
function bundled(name) {
  const folder = process.env.METRICS_LINK_PLUGINS;
  if (folder === undefined) return undefined;
  const file = join(folder, `${name}.mjs`);
  const made = statSync(file, { throwIfNoEntry: false })?.mtimeMs;
  if (made === undefined) return undefined;
  const sources = join(import.meta.dirname, "..", "..");
  const changed = ["plugins", "cloud"].some((room) =>
    readdirSync(join(sources, room), { recursive: true }).some(
      (path) => path.endsWith(".ts") && statSync(join(sources, room, path)).mtimeMs > made,
    ),
  );
  return changed ? undefined : file;
}
