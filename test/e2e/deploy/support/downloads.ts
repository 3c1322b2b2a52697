import { readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { cacheDirectory, parseArtifactIndex } from "@metrics-link/release";
import { loadPins, type Pins } from "../../../../scripts/toolchain/pins.mjs";
import type { Upstream } from "../../../unit/toolchain/support/upstream.ts";

/** Where the person's checkout is, for the plugins that stand in. */
const standIn = (checkout: string, name: string) =>
  `#!/bin/sh\nexec ${checkout}/packages/sandbox/plugins/bin/${name} "$@"\n`;

/**
 * The pins of a repository after `npm run pin`, with downloads at a server on loopback that stands in for the upstreams: this machine's
 * own builds of the same versions, and the sandbox's stand-ins for the plugins. Tools that no deployment needs are left out.
 * @param checkout the folder of the repository in which these pins will be
 */
export function pinned(upstream: Upstream, checkout: string): Pins {
  const pins = loadPins();
  const artifacts = parseArtifactIndex(
    JSON.parse(readFileSync(join(cacheDirectory(), "artifacts", "index.json"), "utf8")),
  );
  const tool = (name: string) => {
    const { otherPlatforms: _, ...pin } = pins.tools[name] ?? missing(name);
    return pin;
  };
  const served = (archive: string) => ({
    officialUrl: `${upstream.base}/${archive}`,
    officialSha256: upstream.sha256(archive),
  });
  const packed = (name: string, contents: Parameters<Upstream["pack"]>[1]) => {
    upstream.pack(`${name}.tar.gz`, contents);
    return served(`${name}.tar.gz`);
  };
  /** What hosts fetch is an archive of the sandbox already. */
  const ofHosts = Object.entries(pins.tools)
    .filter(([name, { onHosts }]) => onHosts && name !== "amazon-ssm-agent")
    .map(([name]) => {
      const { file, executables } = artifacts.find((one) => one.name === name) ?? missing(name);
      symlinkSync(file, join(upstream.folder, `${name}.tar.gz`));
      return [name, { ...tool(name), ...served(`${name}.tar.gz`), officialExecutables: executables, leaveOut: [] }];
    });
  const here = (name: string) => ({ file: join(cacheDirectory(), "bin", name) });
  const pulumi = {
    "pulumi/pulumi": here("pulumi"),
    "pulumi/pulumi-language-nodejs": { text: standIn(checkout, "pulumi-language-nodejs") },
  };
  const plugins = Object.entries(pins.pulumiPlugins).map(([name, { otherPlatforms: _, ...pin }]) => {
    const executable = `pulumi-resource-${name}`;
    return [name, { ...pin, ...packed(executable, { [executable]: { text: standIn(checkout, executable) } }) }];
  });
  return {
    ...pins,
    tools: {
      ...Object.fromEntries(ofHosts),
      pnpm: { ...tool("pnpm"), ...packed("pnpm", { pnpm: here("pnpm") }), officialExecutables: { pnpm: "pnpm" } },
      pulumi: { ...tool("pulumi"), ...packed("pulumi", pulumi) },
      "amazon-ssm-agent": tool("amazon-ssm-agent"),
    },
    pulumiPlugins: Object.fromEntries(plugins),
  };
}

function missing(name: string): never {
  throw new Error(`the set-up of this machine has no ${name}`);
}
