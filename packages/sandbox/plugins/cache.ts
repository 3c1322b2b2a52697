/** The stand-ins in Pulumi's own plugin cache: `pulumi` warns, several times in an update, about each plugin that it finds on PATH. */
import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { locateModule, versionIn } from "./language-nodejs/modules.ts";

/** Kind and name of each plugin, and the package whose version of it `pulumi` looks for. */
const plugins = [
  { kind: "language", name: "nodejs", sdk: "@pulumi/pulumi" },
  { kind: "resource", name: "aws", sdk: "@pulumi/aws" },
  { kind: "resource", name: "command", sdk: "@pulumi/command" },
  { kind: "resource", name: "tls", sdk: "@pulumi/tls" },
] as const;

/**
 * Places the stand-ins below PULUMI_HOME as `pulumi plugin install` places the official ones:
 * `plugins/KIND-NAME-vVERSION/pulumi-KIND-NAME`. Replaces what an earlier version of this checkout left there.
 */
export function cachePlugins(home: string): void {
  const cache = join(home, "plugins");
  rmSync(cache, { recursive: true, force: true });
  for (const { kind, name, sdk } of plugins) {
    const folder = join(
      cache,
      `${kind}-${name}-v${versionIn(locateModule(`${sdk}/package.json`, import.meta.dirname))}`,
    );
    const executable = `pulumi-${kind}-${name}`;
    mkdirSync(folder, { recursive: true });
    symlinkSync(join(import.meta.dirname, "bin", executable), join(folder, executable));
  }
}
