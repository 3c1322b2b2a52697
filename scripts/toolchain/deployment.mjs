// @ts-check
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { link, rm, statfs } from "node:fs/promises";
import path from "node:path";
import { checkVersions, finish, toolFolder } from "./acquire.mjs";
import { artifactName, describeArtifact } from "./artifacts.mjs";
import { NotReachable } from "./downloads.mjs";
import { existingParent, publishFolder, writeWhole } from "./files.mjs";
import { fetchOfficial, unpackOfficial } from "./official.mjs";
import { installWorkspace, packagesInPlace } from "./packages.mjs";
import { loadPins, onPlatform, pinsFile, platformName } from "./pins.mjs";
import { acquirePlugin, nodejsLanguageHost } from "./plugins.mjs";
import { findCommand } from "./processes.mjs";
import { bringFromRegistry, registryExecutables } from "./registry.mjs";

/**
 * What the machine of a deployer needs: an ordinary user's tools, without a sandbox. Official downloads alone, checked by
 * their hashes; of npm packages by their integrity. Nothing is built, nothing comes from PATH, nothing stands in.
 * @typedef {object} Wanted
 * @property {[string, import("./pins.mjs").Tool][]} tools that this machine runs
 * @property {[string, import("./pins.mjs").Official][]} plugins
 * @property {[string, import("./pins.mjs").Tool, import("./artifacts.mjs").HostPlatform][]} hosts tools that hosts fetch
 *
 * What set-up made for deployments, as it stands in the cache's deployment.json.
 * @typedef {object} Deployment
 * @property {string} fingerprint of the pins and the platform
 * @property {Record<string, Omit<import("./acquire.mjs").Acquired, "artifact">>} tools
 * @property {Record<string, import("./plugins.mjs").Plugin>} plugins
 * @property {Record<string, string>} hosts name, as `downloads` has it, to SHA-256 of what hosts fetch
 * @property {Record<string, string>} withoutHosts tools that hosts need and that are not there, each with the reason
 * @property {boolean} [arm] whether hosts of arm64 were asked for
 */

/** Room for the AWS plugin, the largest, and for the rest. */
const SPACE_GB = 3;

/**
 * @param {import("./pins.mjs").Pins} pins
 * @param {string} platform
 * @param {boolean} [arm] whether there are hosts of arm64, too
 * @returns {Wanted | null} null: no deployments from such a machine
 */
export function wantedFor(pins, platform, arm = false) {
  /** @type {Wanted} */
  const wanted = { tools: [], plugins: [], hosts: [] };
  for (const [name, tool] of Object.entries(pins.tools)) {
    if (tool.onHosts) wanted.hosts.push([name, tool, "linux-amd64"]);
    const forArm = arm && tool.onHosts ? onPlatform(tool, "linux-arm64") : null;
    if (forArm) wanted.hosts.push([name, forArm, "linux-arm64"]);
    if (!tool.deploys) continue;
    const here = onPlatform(tool, platform);
    if (!here) return null;
    const { officialExecutables: all, registry } = here;
    const officialExecutables = Object.fromEntries(Object.entries(all).filter(([one]) => tool.deploys?.includes(one)));
    wanted.tools.push([
      name,
      { ...here, onHosts: false, officialExecutables, registry: registry?.kind === "npm" ? registry : null },
    ]);
  }
  for (const [name, plugin] of Object.entries(pins.pulumiPlugins)) {
    const here = onPlatform(plugin, platform);
    if (!here) return null;
    wanted.plugins.push([name, here]);
  }
  return wanted;
}

/**
 * @param {import("./pins.mjs").Official & {registry?: import("./pins.mjs").RegistryWay | null}} pin
 * @returns {boolean} whether there is a hash for something that can be had
 */
const isPinned = ({ officialSha256, registry }) =>
  officialSha256 !== null || (registry?.kind === "npm" && registry.integrity !== null);

/**
 * What prevents a deployment from this machine; nothing has been changed yet.
 * @param {{platform: string, wanted: Wanted | null, commands: string[], cold: boolean, freeGb: number, cache: string}} machine
 *   commands: those of curl, tar and npm that are there
 * @returns {string[]} each with what to do
 */
export function findDeploymentProblems({ platform, wanted, commands, cold, freeGb, cache }) {
  if (!wanted) {
    return [
      `this machine is ${platform}: a deployment runs on linux-amd64, linux-arm64, darwin-arm64 or darwin-amd64; on Windows use WSL 2`,
    ];
  }
  const problems = ["curl", "tar", "npm"]
    .filter((command) => !commands.includes(command))
    .map((command) => `${command} is missing: install it${command === "npm" ? ", with Node 20 or later" : ""}`);
  const unpinned = [...wanted.tools, ...wanted.plugins].filter(([, pin]) => !isPinned(pin)).map(([name]) => name);
  if (unpinned.length > 0) {
    problems.push(
      `tools.json pins no hash on ${platform} of ${unpinned.join(", ")}: run \`npm run pin\` where the internet can be ` +
        "reached, compare the hashes through a second channel, and commit tools.json",
    );
  }
  if (cold && freeGb < SPACE_GB) {
    problems.push(
      `${freeGb.toFixed(1)} GB are free in ${cache}, ${SPACE_GB} GB are needed: make room, or set METRICS_LINK_CACHE`,
    );
  }
  return problems;
}

/**
 * @param {import("./paths.mjs").Layout} layout
 * @param {boolean} [arm] whether hosts of arm64 are asked for now; an earlier wish stays
 */
export async function inspectForDeployment(layout, arm = readDeployment(layout)?.arm ?? false) {
  const platform = platformName(process.platform, process.arch);
  const space = await statfs(existingParent(layout.cache));
  return {
    platform,
    wanted: wantedFor(loadPins(), platform, arm),
    commands: ["curl", "tar", "npm"].filter((command) => findCommand(command)),
    cold: !existsSync(layout.deployment),
    freeGb: (space.bavail * space.bsize) / 1e9,
    cache: layout.cache,
  };
}

/**
 * The steps of a set-up for deployments, and what they leave.
 * @param {Wanted} wanted
 * @param {import("./paths.mjs").Layout} layout
 */
export function deploymentSteps({ tools, plugins, hosts }, layout) {
  /** @type {Deployment & {artifacts: import("./artifacts.mjs").Artifact[]}} */
  const made = { fingerprint: fingerprint(), tools: {}, plugins: {}, hosts: {}, withoutHosts: {}, artifacts: [] };
  /** @type {import("./steps.mjs").Step[]} */
  const steps = [];
  const forHosts = (/** @type {string} */ name) => `${name} for hosts`;
  if (hosts.some(([, , on]) => on === "linux-arm64")) made.arm = true;
  for (const [plain, tool, on] of hosts) {
    const name = on === "linux-amd64" ? plain : `${plain} for ${on}`;
    steps.push({
      name: forHosts(name),
      after: [],
      work: async (context) => {
        const artifact = await hostArtifact(plain, tool, on, layout, context);
        if (typeof artifact === "string") {
          made.withoutHosts[name] = artifact;
          return `not there: ${artifact}`;
        }
        made.hosts[name] = artifact.sha256;
        made.artifacts.push(artifact);
        return "official";
      },
    });
  }
  for (const [name, tool] of tools) {
    const shared = hosts.find(
      ([, other, on]) => on === "linux-amd64" && other.officialSha256 && other.officialSha256 === tool.officialSha256,
    );
    steps.push({
      name: `${name} ${tool.version}`,
      after: shared ? [forHosts(shared[0])] : [],
      work: async (context) => {
        const have = made.artifacts.find(({ sha256 }) => sha256 === tool.officialSha256);
        made.tools[name] = await acquireToRun(name, tool, layout, context, have?.file);
        return made.tools[name].source;
      },
    });
  }
  for (const [name, plugin] of plugins) {
    steps.push({
      name: `pulumi-resource-${name} ${plugin.version}`,
      after: [],
      work: async (context) => {
        made.plugins[name] = await acquirePlugin(name, plugin, layout, context);
        return "official";
      },
    });
  }
  const runtime = tools.filter(([name]) => ["node", "pnpm"].includes(name)).map(([name, t]) => `${name} ${t.version}`);
  steps.push({ name: "npm packages", after: runtime, work: (context) => installWorkspace(layout, context) });
  return { steps, made };
}

/**
 * What hosts fetch of a tool: the official download, as it is, whatever this machine is.
 * @param {string} name
 * @param {import("./pins.mjs").Tool} tool
 * @param {import("./artifacts.mjs").HostPlatform} platform
 * @param {import("./paths.mjs").Layout} layout
 * @param {import("./steps.mjs").StepContext} context
 * @returns {Promise<import("./artifacts.mjs").Artifact | string>} why it is not there
 */
async function hostArtifact(name, tool, platform, layout, context) {
  if (!tool.officialUrl || !tool.officialSha256) return "tools.json pins no hash";
  const folder = toolFolder(name, tool, "official", layout);
  const file = artifactName(tool, "official", platform);
  try {
    await publishFolder(folder, layout.work, [file], async (work) => {
      const download = await fetchOfficial(tool, work, context);
      await link(download, path.join(work, file));
      await rm(download);
    });
  } catch (error) {
    if (!(error instanceof NotReachable)) throw error;
    return `the download failed: ${error.message}`;
  }
  return await describeArtifact(name, tool, "official", folder, tool.officialExecutables, platform);
}

/**
 * Brings a tool that this machine runs onto the cache's `bin`.
 * @param {string} name
 * @param {import("./pins.mjs").Tool} tool
 * @param {import("./paths.mjs").Layout} layout
 * @param {import("./steps.mjs").StepContext} context
 * @param {string} [have] the download, if hosts fetch the same
 * @returns {Promise<Omit<import("./acquire.mjs").Acquired, "artifact">>}
 * @throws {NotReachable}
 */
async function acquireToRun(name, tool, layout, context, have) {
  const source = tool.officialSha256 ? "official" : "registry";
  const folder = toolFolder(`deploy-${name}`, tool, source, layout);
  const paths = source === "official" ? tool.officialExecutables : registryExecutables(tool.registry);
  /** @param {string} root */
  const executables = (root) =>
    Object.fromEntries(Object.entries(paths).map(([executable, inside]) => [executable, path.join(root, inside)]));
  await publishFolder(folder, layout.work, Object.values(paths), async (work) => {
    if (source === "official") {
      const download = have ?? (await fetchOfficial(tool, work, context));
      await unpackOfficial(download, tool, work, context, tool.leaveOut);
      if (!have) await rm(download);
    } else if (tool.registry) {
      await bringFromRegistry(tool.registry, work, layout, context);
    }
    await checkVersions(tool, executables(work), context);
  });
  const { artifact: _, ...acquired } = await finish(name, tool, source, executables(folder), null, layout);
  if (name === "pulumi" && !nodejsLanguageHost(acquired.path)) {
    throw new Error(`no pulumi-language-nodejs beside ${acquired.path}: the official download has it`);
  }
  return acquired;
}

/** @returns {string} changes with every pin */
function fingerprint() {
  return createHash("sha256")
    .update(readFileSync(pinsFile))
    .update(platformName(process.platform, process.arch))
    .digest("hex");
}

/**
 * Writes down what is in place; this ends the set-up, so it comes last. Artifacts that an earlier set-up left for the
 * sandbox stay where hosts' official ones are not there.
 * @param {ReturnType<typeof deploymentSteps>["made"]} made
 * @param {import("./paths.mjs").Layout} layout
 */
export async function recordDeployment({ artifacts, ...deployment }, layout) {
  const isNew = (/** @type {import("./artifacts.mjs").Artifact} */ { name, platform }) =>
    artifacts.some((one) => one.name === name && one.platform === platform);
  const others = readIndex(layout).filter((one) => !isNew(one) && existsSync(one.file));
  const index = [...artifacts, ...others].sort((one, other) => one.name.localeCompare(other.name));
  await writeWhole(layout.artifactIndex, `${JSON.stringify(index, null, 2)}\n`);
  await writeWhole(layout.deployment, `${JSON.stringify(deployment, null, 2)}\n`);
}

/**
 * @param {import("./paths.mjs").Layout} layout
 * @returns {import("./artifacts.mjs").Artifact[]}
 */
function readIndex({ artifactIndex }) {
  return existsSync(artifactIndex) ? JSON.parse(readFileSync(artifactIndex, "utf8")) : [];
}

/**
 * @param {import("./paths.mjs").Layout} layout
 * @returns {Deployment | null}
 */
export function readDeployment({ deployment }) {
  return existsSync(deployment) ? JSON.parse(readFileSync(deployment, "utf8")) : null;
}

/**
 * Whether everything for deployments is there. Quick, because every command asks.
 * @param {import("./paths.mjs").Layout} layout
 */
export function deploymentInPlace(layout) {
  const deployment = readDeployment(layout);
  if (!deployment || deployment.fingerprint !== fingerprint() || !packagesInPlace()) return false;
  const { tools, plugins, hosts } = deployment;
  const executables = Object.values(tools).flatMap((tool) => Object.entries(tool.executables));
  const files = [
    ...executables.flatMap(([name, file]) => [file, path.join(layout.bin, name)]),
    ...Object.values(plugins).map((plugin) => plugin.path),
  ];
  const index = readIndex(layout);
  const hostsHave = Object.values(hosts).every((hash) =>
    index.some((artifact) => artifact.sha256 === hash && existsSync(artifact.file)),
  );
  return hostsHave && files.every((file) => existsSync(file));
}
