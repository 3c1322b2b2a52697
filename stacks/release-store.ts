import { join } from "node:path";
import type { Configuration } from "@metrics-link/config";
import { type AgentBundle, locateArtifacts, ReleaseStore } from "@metrics-link/host";
import { cacheDirectory, type ToolPin } from "@metrics-link/release";
import type * as pulumi from "@pulumi/pulumi";
import pins from "../tools.json" with { type: "json" };

/** The account's bucket, with the tools from setup's cache. */
export function releaseStore(
  name: string,
  { account, tools }: Configuration,
  agent: AgentBundle,
  options: pulumi.ComponentResourceOptions,
): ReleaseStore {
  return new ReleaseStore(
    name,
    {
      storeName: name,
      account,
      agent,
      artifacts: locateArtifacts(join(cacheDirectory(), "artifacts", "index.json")),
      pins: pins.tools satisfies Record<string, ToolPin>,
      acceptUnpinned: tools.acceptUnpinned,
    },
    options,
  );
}
