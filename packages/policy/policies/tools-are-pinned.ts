import { type ReleaseTool, releaseKeys } from "@metrics-link/release";
import type { ResourceRule, Seen } from "../model/policy.ts";
import { type PublishedRelease, releaseRule } from "../model/release.ts";

const inReleases = releaseRule(
  {
    name: "tools-are-pinned",
    fence: "host",
    rule: "Every tool and the agent are named by version and SHA-256, and every unit runs one of those tools.",
    reason: "What is not named by its hash can be exchanged in the bucket, and runs with the host's rights.",
    remedy: "Take tools from the release store, and run them as /opt/metrics-link/current/bin/NAME.",
    source: "docs/architecture.md, The way of a release; SLSA 1.0, verification of artifacts",
  },
  function* (published) {
    const { tools, agent } = published.release;
    for (const tool of tools.filter((one) => !isNamedByHash(one))) {
      yield `the key of ${tool.name} ${tool.version} does not hold its hash: ${tool.key}`;
    }
    if (agent.key !== releaseKeys.agent(agent.sha256)) {
      yield `the key of the agent does not hold its hash: ${agent.key}`;
    }
    yield* strangers(published);
  },
);

export const toolsArePinned: ResourceRule = {
  ...inReleases,
  *check(object, context) {
    yield* inReleases.check(object, context);
    yield* firstBoot(object);
  },
};

const isNamedByHash = ({ name, version, sha256, key }: ReleaseTool): boolean =>
  key.startsWith(releaseKeys.tool(name, version, sha256, ""));

function* strangers({ release, units }: PublishedRelease): Generator<string> {
  const commands = new Set(release.tools.flatMap(({ executables }) => Object.keys(executables)));
  for (const { path, command, words } of units) {
    if (command === undefined || !commands.has(command)) yield `${path} runs ${words[0]}, no tool of the release`;
  }
}

/** Node and the agent, and where the image has none, what commands arrive by. */
const atFirstBoot = ["node", "agent", "amazon-ssm-agent"];

/** What a first boot fetches before there is a release: a line for each thing, with its hash and its key. */
function* firstBoot({ props: { key, content } }: Seen): Generator<string> {
  if (typeof key !== "string" || !/^releases\/[^/]+\/bootstrap\.txt$/.test(key)) return;
  for (const line of (content as string).split("\n").filter((one) => one !== "")) {
    const [name = "", sha256 = "", at = "", ...rest] = line.split(" ");
    const path = name === "node" ? /^(?!.*\.\.)[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*$/ : /^$/;
    if (!atFirstBoot.includes(name) || !path.test(rest.join(" ")))
      yield `the first boot takes ${name}, which is not known: ${line}`;
    if (!/^[0-9a-f]{64}$/.test(sha256) || !at.includes(sha256)) {
      yield `the first boot takes ${name} from ${at}, which does not hold its hash`;
    }
  }
}
