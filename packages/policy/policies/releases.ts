import {
  hostUsers,
  type ReleaseTool,
  releaseIdOf,
  releaseKeys,
  releasePointerSchema,
  releaseTextIn,
} from "@metrics-link/release";
import type { Expected, Section } from "../known/unit-parts.ts";
import { knownUnits } from "../known/units.ts";
import { each, type Policy, resourceRule, stackRule } from "../model/policy.ts";
import { checkRelease, isReleaseKey, type PublishedRelease, releaseRule } from "../model/release.ts";
import { type Inputs, ofType } from "../model/resources.ts";
import { readUnitFile } from "../model/unit-file.ts";

/** What a host becomes: the files, units and tools of its release, and the pointer to it. */
export const releases: readonly Policy[] = [
  releaseRule(
    {
      name: "files-are-known",
      fence: "host",
      rule: "Each file of a release has a known path, belongs to root, and is readable by the service that it is for.",
      reason:
        "An unexpected file is configuration or a program that nobody reviews; a file that its reader may write can become one.",
      remedy: "Remove the file, or add its path to packages/policy/policies/releases.ts, where a reviewer sees it.",
      source: "docs/decisions/0652; CWE-732, Incorrect Permission Assignment for Critical Resource",
    },
    function* ({ release }) {
      for (const { path, owner, group, mode } of release.files) {
        const expected = places.find(([pattern]) => pattern.test(path))?.[1];
        const found = `${owner}:${group} ${mode}`;
        if (expected === undefined) yield `${path} is not a known file`;
        else if (found !== expected) yield `${path} is ${found} instead of ${expected}`;
      }
    },
  ),

  releaseRule(
    {
      name: "units-are-known",
      fence: "host",
      rule: "Each unit of a release is a known one, directive by directive: its command, its user, its restrictions.",
      reason:
        "A unit defines what runs, as which user and within which limits; systemd has more directives for that than a search finds.",
      remedy: "Remove the directive, or add it to packages/policy/known/units.ts, where a reviewer sees it.",
      source: "docs/decisions/0652; systemd.syntax(7), systemd.service(5), systemd.exec(5)",
    },
    function* ({ release }, { configuration }) {
      const known = knownUnits(configuration);
      for (const { path, content } of release.files.filter((file) => file.path.startsWith("systemd/"))) {
        const expected = known[path.slice("systemd/".length)];
        if (expected === undefined) {
          yield `${path} is not a known unit`;
          continue;
        }
        const { unit, faults } = readUnitFile(content);
        for (const fault of faults) yield `${path}: ${fault}`;
        for (const section of new Set([...Object.keys(unit), ...Object.keys(expected)])) {
          for (const fault of directiveFaults(unit[section] ?? {}, expected[section] ?? { always: {} })) {
            yield `${path} [${section}]: ${fault}`;
          }
        }
      }
    },
  ),

  resourceRule(
    {
      name: "tools-are-pinned",
      fence: "host",
      rule: "Every tool and the agent are named by version and SHA-256, and every unit runs one of those tools.",
      reason: "An object that is not named by its hash can be replaced in the bucket, and runs with the host's rights.",
      remedy: "Take tools from the release store, and run them as /opt/metrics-link/current/bin/NAME.",
      source: "docs/architecture.md, The way of a release; SLSA 1.0, verification of artifacts",
    },
    {
      *bucketObject(props) {
        yield* checkRelease(props, toolFaults);
        yield* bootstrapFaults(props);
        if (props.contentBase64 !== undefined && !isReleaseKey(props.key)) {
          yield `${props.key} has its content in base64, where the policies read none`;
        }
      },
    },
  ),

  releaseRule(
    {
      name: "release-is-its-hash",
      fence: "host",
      rule: "A release is published under the SHA-256 of its text, for the host that it names.",
      reason: "The host runs the release with the name that it was given; only a hash as name guarantees the content.",
      remedy: "Publish the text of releaseText under the key of releaseKeys.release.",
      source: "docs/architecture.md, The way of a release",
    },
    function* ({ release }, _context, props) {
      const { key } = props;
      const expected = `releases/${release.host}/${releaseIdOf(releaseTextIn(props))}.json`;
      if (key !== expected) yield `the key is ${key} instead of ${expected}`;
    },
  ),

  stackRule(
    {
      name: "pointer-is-the-release",
      fence: "host",
      rule: "A stack publishes one release, and its pointer names that release.",
      reason: "The host runs the release that the pointer names; an older one has older roots, names and tools.",
      remedy: "Let publish of packages/host create both.",
      source: "docs/architecture.md, The way of a release",
    },
    function* (resources) {
      const objects = ofType(resources, "bucketObject");
      const published = new Set<string>();
      yield* each(objects, function* ({ props: { key = "" } }) {
        const [, id] = /^releases\/[^/]+\/([0-9a-f]{64})\.json$/.exec(key) ?? [];
        if (id !== undefined) published.add(id);
        if (published.size > 1) yield `${key} is a second release`;
      });
      yield* each(objects, function* ({ props: { key = "", content = "" } }) {
        if (!/^releases\/[^/]+\/current\.json$/.test(key)) return;
        const releaseId = releaseIdIn(content);
        if (releaseId === undefined) yield `${key} cannot be read as a pointer`;
        else if (!published.has(releaseId)) {
          yield `${key} points at ${releaseId} instead of ${[...published].join(", ") || "none"}`;
        }
      });
    },
  ),
];

const everybody = "root:root 0644";
const readBy = (group: string) => `root:${group} 0640`;

/** Where files may be; owner, group and mode of each. */
const places: readonly (readonly [path: RegExp, rights: string])[] = [
  [/^envoy\/bootstrap\.(json|yaml)$/, readBy(hostUsers.envoy)],
  [/^envoy\/lds\/ingest\.json$/, readBy(hostUsers.envoy)],
  [/^envoy\/sds\/(leaf|trusted-ca-[a-z0-9-]+)\.(json|yaml)$/, readBy(hostUsers.envoy)],
  [/^envoy\/sds\/(leaf|clients)-(service|queries)-[a-z0-9-]+\.json$/, readBy(hostUsers.envoy)],
  [/^tls\/services\/queries-[a-z0-9-]+\/roots\.pem$/, readBy(hostUsers.envoy)],
  [/^tls\/services\/service-[a-z0-9-]+\/(certificate-chain|roots)\.pem$/, readBy(hostUsers.envoy)],
  [/^(envoy\/drain\.sh|ports\/keep-ports\.mjs|exporter\/admits\.json)$/, everybody],
  [/^tls\/(certificate-chain|roots\/[a-z0-9-]+)\.pem$/, readBy(hostUsers.envoy)],
  [/^tls\/(metrics|web)\/certificate-chain\.pem$/, readBy(hostUsers.envoy)],
  [/^tls\/scrape\/certificate-chain\.pem$/, readBy(hostUsers.prometheus)],
  [/^tls\/exporter\/certificate-chain\.pem$/, readBy(hostUsers.nodeExporter)],
  [/^tls\/own-root\.pem$/, everybody],
  [/^prometheus\/(prometheus|alerts)\.yml$/, readBy(hostUsers.prometheus)],
  [/^prometheus\/alertmanager-\d+\.(ca|cert)\.pem$/, readBy(hostUsers.prometheus)],
  [/^prometheus\/(rules|scrape)\/[A-Za-z0-9._-]+$/, readBy(hostUsers.prometheus)],
  [/^repair\/(repair\.mjs|settings\.json)$/, readBy(hostUsers.repair)],
  [/^gate\/(gate\.mjs|gate\.json)$/, everybody],
  // units-are-known judges which units there are, and what they contain.
  [/^systemd\/metrics-link-[a-z-]+\.service$/, everybody],
];

function* directiveFaults(
  found: Readonly<Record<string, readonly string[]>>,
  { always, maybe = {} }: Section,
): Generator<string> {
  for (const [key, values] of Object.entries(found)) {
    const expected = always[key] ?? maybe[key];
    if (expected === undefined) yield `${key}=${values.join(", ")} is not known`;
    else if (!fits(values, expected)) yield `${key}=${values.join(", ")} instead of ${written(expected)}`;
  }
  for (const [key, expected] of Object.entries(always)) {
    if (!(key in found)) yield `${key}=${written(expected)} is missing`;
  }
}

const valuesOf = (expected: Expected) => [expected].flat() as readonly Exclude<Expected, readonly unknown[]>[];

function fits(found: readonly string[], expected: Expected): boolean {
  const list = valuesOf(expected);
  return (
    found.length === list.length &&
    list.every((one, index) => {
      const value = found[index] ?? "";
      if (typeof one === "function") return one(value);
      return one instanceof RegExp ? new RegExp(`^(?:${one.source})$`).test(value) : one === value;
    })
  );
}

const written = (expected: Expected): string =>
  valuesOf(expected)
    .map((one) => {
      if (typeof one === "function") return "addresses of the link";
      return one instanceof RegExp ? `/${one.source}/` : one;
    })
    .join(", ");

function* toolFaults({ release, units }: PublishedRelease): Generator<string> {
  const { tools, agent } = release;
  for (const tool of tools.filter((one) => !isNamedByHash(one))) {
    yield `the key of ${tool.name} ${tool.version} does not hold its hash: ${tool.key}`;
  }
  if (agent.key !== releaseKeys.agent(agent.sha256)) {
    yield `the key of the agent does not hold its hash: ${agent.key}`;
  }
  const commands = new Set(tools.flatMap(({ executables }) => Object.keys(executables)));
  for (const { path, command, words } of units) {
    if (command === undefined || !commands.has(command)) yield `${path} runs ${words[0]}, no tool of the release`;
  }
}

const isNamedByHash = ({ name, version, sha256, key }: ReleaseTool): boolean =>
  key.startsWith(releaseKeys.tool(name, version, sha256, ""));

/** Node and the agent; the SSM agent where the image has none. */
const bootstrapTools = ["node", "agent", "amazon-ssm-agent"];

/** The list that a host's first boot fetches before it has a release: on each line a name, a hash and a key. */
function* bootstrapFaults({ key, content = "" }: Inputs<"bucketObject">): Generator<string> {
  if (typeof key !== "string" || !/^releases\/[^/]+\/bootstrap\.txt$/.test(key)) return;
  for (const line of content.split("\n").filter((one) => one !== "")) {
    const [name = "", sha256 = "", at = "", ...rest] = line.split(" ");
    const path = name === "node" ? /^(?!.*\.\.)[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*$/ : /^$/;
    if (!bootstrapTools.includes(name) || !path.test(rest.join(" "))) {
      yield `the first boot takes ${name}, which is not known: ${line}`;
    }
    if (!/^[0-9a-f]{64}$/.test(sha256) || !at.includes(sha256)) {
      yield `the first boot takes ${name} from ${at}, which does not hold its hash`;
    }
  }
}

/** @returns undefined if the text is not a pointer */
function releaseIdIn(text: string): string | undefined {
  try {
    return releasePointerSchema.parse(JSON.parse(text)).releaseId;
  } catch {
    return undefined;
  }
}
