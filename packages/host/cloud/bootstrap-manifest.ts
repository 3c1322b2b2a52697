import type { ReleaseTool } from "@metrics-link/release";

/** Beside a host's releases: what its first boot needs, so that its user data need not name a version. */
export const bootstrapKey = (hostName: string) => `releases/${hostName}/bootstrap.txt`;

/**
 * One line for each thing a first boot fetches: what, SHA-256, key, and for Node the path inside its archive. A shell
 * reads it. Instances booted from older user data read it as well: lines may be added, fields may not change.
 */
export function bootstrapManifest(args: {
  readonly agent: { readonly sha256: string; readonly key: string };
  readonly node: ReleaseTool;
  readonly managementAgent?: ReleaseTool | undefined;
}): string {
  const { agent, node, managementAgent } = args;
  const executable = node.executables.node;
  if (executable === undefined) throw new Error("The artifact index names no executable `node` in the tool node");
  return [
    ["node", node.sha256, node.key, executable],
    ...(managementAgent ? [["amazon-ssm-agent", managementAgent.sha256, managementAgent.key]] : []),
    // Last: once there is an agent, a first boot counts as done.
    ["agent", agent.sha256, agent.key],
  ]
    .map((fields) => `${fields.join(" ")}\n`)
    .join("");
}
