import { accessSync, constants, existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { Configuration, ExchangeConfiguration } from "@metrics-link/config";
import { InvalidInputError, type PkiOutput, parseJson } from "@metrics-link/contract";
import { offlineAuthority } from "@metrics-link/pki";
import type { Plugin } from "@metrics-link/preflight";
import { cacheDirectory, hostPlatforms, parseArtifactIndex, pinsFor, requirePinned } from "@metrics-link/release";
import { rootBundleIn } from "@metrics-link/stacks/ceremony-folder.ts";
import { z } from "zod";
import manifest from "../../stacks/package.json" with { type: "json" };
import pins from "../../tools.json" with { type: "json" };
import { artifactFolder, type StackContext } from "../stack/context.ts";
import { loadPins, onPlatform, platformName } from "../toolchain/pins.mjs";

const plugins = { aws: "@pulumi/aws", command: "@pulumi/command", tls: "@pulumi/tls" } as const;

/** What `npm run setup -- --deploy` wrote down, as far as it is asked for here. */
const deployment = z.object({
  plugins: z.record(z.string(), z.object({ version: z.string(), sha256: z.string(), path: z.string() })),
});

/** The pinned hashes of the plugins' downloads for this machine; null: not known yet. */
function pinnedHashes(): Readonly<Record<string, string | null | undefined>> {
  const platform = platformName(process.platform, process.arch);
  const all = Object.entries(loadPins().pulumiPlugins);
  return Object.fromEntries(all.map(([name, pin]) => [name, onPlatform(pin, platform)?.officialSha256]));
}

/**
 * The plugins that Pulumi would run, and whether each is the one whose download was compared with its pin. A plugin of the
 * sandbox has the same name, but no record of a download.
 */
export function pluginsOf(path: string, cache = cacheDirectory(), hashes = pinnedHashes()): Plugin[] {
  const file = join(cache, "deployment.json");
  const recorded = existsSync(file) ? parseJson(deployment, readFileSync(file, "utf8"), file).plugins : {};
  return Object.entries(plugins).map(([name, manifestName]) => {
    const version = manifest.dependencies[manifestName];
    const found = onPath(`pulumi-resource-${name}`, path);
    const made = recorded[name];
    const pinned =
      found !== undefined &&
      made?.version === version &&
      made.sha256 === hashes[name] &&
      realpathSync(found) === realpathSync(made.path);
    return { name, version, path: found, pinned };
  });
}

function onPath(name: string, path: string): string | undefined {
  return path
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** What is wrong with the tools that would reach the host. */
export function toolProblems({ tools, host }: Configuration, cache = cacheDirectory()): string[] {
  const file = join(cache, "artifacts", "index.json");
  const all = parseArtifactIndex(existsSync(file) ? parseJson(z.unknown(), readFileSync(file, "utf8"), file) : []);
  const index = all.filter(({ platform }) => platform === hostPlatforms[host.architecture]);
  const own = pinsFor(host.architecture, pins.tools);
  const needed = Object.entries(own)
    .filter(([name, { onHosts }]) => onHosts && !(name === "amazon-ssm-agent" && host.imageBringsManagementAgent))
    .map(([name]) => name);
  const missing = needed.filter((name) => !index.some((artifact) => artifact.name === name));
  const refused = problemsOf(() => requirePinned(index, own, tools));
  return [...missing.map((name) => `${name} is not there`), ...refused];
}

/** The files of the ceremony, checked as the update checks them. */
export function ceremonyOf(context: StackContext, inForce: PkiOutput | undefined) {
  const { pki } = context.file.read();
  const path = artifactFolder(context);
  const names = existsSync(path) ? readdirSync(path).filter((name) => name.endsWith(".pem")) : [];
  const files = Object.fromEntries(names.map((name) => [name, readFileSync(join(path, name), "utf8")]));
  let signed = false;
  const problems = problemsOf(() => {
    const found = offlineAuthority({ pki, folder: pki.artefacts ?? "", files, inForce, now: Date.now() });
    signed = found.intermediatePem !== undefined;
  });
  return { signed, problems };
}

/** The root certificates of an exchange stack, checked as its update checks them. */
export function rootsOf({ pki }: ExchangeConfiguration) {
  let signed = false;
  const problems = problemsOf(() => {
    signed = rootBundleIn(pki.artefacts, pki.roots) !== undefined;
  });
  return { signed, problems };
}

/** The problems of what refuses an input; other errors are errors. */
function problemsOf(work: () => void): string[] {
  try {
    work();
    return [];
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    return error.problems.map(({ key, value, remedy }) => `${key} is ${JSON.stringify(value) ?? "missing"}: ${remedy}`);
  }
}
