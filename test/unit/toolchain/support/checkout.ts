import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadPins, onPlatform, type Pins, platformName } from "../../../../scripts/toolchain/pins.mjs";
import type { Upstream } from "./upstream.ts";

const repository = join(import.meta.dirname, "../../../..");

/** What a set-up reads of the repository, in a folder that an ordinary user may read, with pins of its own. */
export function checkout(folder: string, pins: Pins): string {
  cpSync(join(repository, "scripts"), join(folder, "scripts"), { recursive: true });
  cpSync(join(repository, "packages/sandbox/image"), join(folder, "packages/sandbox/image"), { recursive: true });
  for (const file of ["pnpm-lock.yaml", "pnpm-workspace.yaml"]) cpSync(join(repository, file), join(folder, file));
  // The packages count as installed: this is about tools.
  mkdirSync(join(folder, "node_modules"));
  cpSync(
    join(repository, "node_modules/.metrics-link-installed"),
    join(folder, "node_modules/.metrics-link-installed"),
  );
  writeFileSync(join(folder, "package.json"), readFileSync(join(repository, "package.json")));
  writeFileSync(join(folder, "tools.json"), JSON.stringify(pins));
  return folder;
}

/** What the archive of a tool contains: paths as its official download has them. */
export type Contents = Parameters<Upstream["pack"]>[1];

/**
 * The repository's pins with downloads at a server that stands in for the upstreams: packs them there.
 * @param contentsOf what is in the download of a tool or plugin
 */
export function pinsAt(upstream: Upstream, contentsOf: (name: string, paths: readonly string[]) => Contents): Pins {
  const pins = loadPins();
  const platform = platformName(process.platform, process.arch);
  const at = <Pin extends Pins["tools"][string] | Pins["pulumiPlugins"][string]>(name: string, pin: Pin): Pin => {
    const { officialExecutables, leaveOut = [] } = onPlatform(pin, platform) ?? pin;
    const archive = `${name}.tar.gz`;
    upstream.pack(archive, contentsOf(name, [...Object.values(officialExecutables), ...leaveOut]));
    return { ...pin, officialUrl: `${upstream.base}/${archive}`, officialSha256: upstream.sha256(archive) };
  };
  const { node, pulumi, prometheus } = pins.tools;
  if (!node || !pulumi || !prometheus) throw new Error("tools.json misses a tool");
  const pnpm = at("pnpm", {
    ...node,
    version: "12.21.0",
    onHosts: false,
    officialExecutables: { pnpm: "pnpm" },
    deploys: ["pnpm"],
  });
  return {
    ...pins,
    tools: { node: at("node", node), pnpm, pulumi: at("pulumi", pulumi), prometheus: at("prometheus", prometheus) },
    pulumiPlugins: Object.fromEntries(Object.entries(pins.pulumiPlugins).map(([name, pin]) => [name, at(name, pin)])),
  };
}
