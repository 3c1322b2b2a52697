import { type ReleaseTool, releaseKeys } from "@metrics-link/contract/release.ts";
import { releaseRule } from "../model/release.ts";

export const toolsArePinned = releaseRule(
  {
    name: "tools-are-pinned",
    fence: "host",
    rule: "Every tool and the agent of a release are named by version and SHA-256, and every unit runs one of those tools.",
    reason: "What is not named by its hash can be exchanged in the bucket, and runs with the host's rights.",
    remedy: "Take tools from the release store, and run them as /opt/metrics-link/current/bin/NAME.",
    source: "docs/architecture.md, The way of a release; SLSA 1.0, verification of artifacts",
  },
  function* (published) {
    const { tools, agent } = published.release;
    for (const tool of tools.filter((one) => !isNamedByHash(one))) {
      yield `the key of ${tool.name} ${tool.version} does not hold its hash: ${tool.key}`;
    }
    if (agent.key !== releaseKeys.agent(agent.sha256))
      yield `the key of the agent does not hold its hash: ${agent.key}`;
    const commands = new Set(tools.flatMap(({ executables }) => Object.keys(executables)));
    for (const { path, command, words } of published.units) {
      if (command === undefined || !commands.has(command))
        yield `${path} runs ${words[0]}, which is no tool of the release`;
    }
  },
);

const isNamedByHash = ({ name, version, sha256, key }: ReleaseTool): boolean =>
  key.startsWith(releaseKeys.tool(name, version, sha256, ""));
