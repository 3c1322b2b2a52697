import { join } from "node:path";
import type { Configuration } from "@metrics-link/config";
import { type AgentBundle, locateArtifacts, ReleaseStore } from "@metrics-link/host";
import { cacheDirectory, pinsFor, requireForArm, type ToolPin } from "@metrics-link/release";
import type * as pulumi from "@pulumi/pulumi";
import allPins from "../tools.json" with { type: "json" };

/** The account's bucket, with the tools from setup's cache. */
export function releaseStore(
  name: string,
  { account, tools, host }: Configuration,
  agent: AgentBundle,
  options: pulumi.ComponentResourceOptions,
): ReleaseStore {
  const { architecture } = host;
  const artifacts = locateArtifacts(join(cacheDirectory(), "artifacts", "index.json"), architecture);
  const pins = pinsFor(architecture, allPins.tools satisfies Record<string, ToolPin>);
  if (architecture === "arm64")
    requireForArm(artifacts, pins, host.imageBringsManagementAgent ? ["amazon-ssm-agent"] : []);
  return new ReleaseStore(
    name,
    {
      storeName: name,
      account,
      agent,
      artifacts,
      pins,
      acceptUnpinned: tools.acceptUnpinned,
    },
    options,
  );
}
