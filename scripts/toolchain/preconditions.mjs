// @ts-check
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, statfsSync } from "node:fs";
import path from "node:path";
import { findOnPath, toolFolder } from "./acquire.mjs";
import { missingPackages } from "./debian.mjs";
import { existingParent } from "./files.mjs";
import { imageMirrors, imageName } from "./image.mjs";
import { findCommand } from "./processes.mjs";
import { leastGo } from "./registry/go.mjs";

/** Enough for the Go builds, the image, the packages and the tools of one version. */
const SPACE_GB = 6;
const onlyDeploy = "To deploy to AWS needs neither: `npm run setup -- --deploy`";

/**
 * What set-up has to know of the machine before it changes anything.
 * @typedef {object} Machine
 * @property {string} platform
 * @property {string} arch
 * @property {number} uid
 * @property {boolean} namespaces whether network and mount namespaces can be made
 * @property {boolean} cgroups whether a cgroup hierarchy is mounted
 * @property {[number, number] | null} python version
 * @property {boolean} pip
 * @property {boolean} venv
 * @property {boolean} npm
 * @property {string | null} go version
 * @property {string[]} toBuild tools that must be built from their Go modules
 * @property {string[]} missingPackages
 * @property {boolean} apt
 * @property {boolean} needsImage
 * @property {boolean} debianMirror
 * @property {string} cache
 * @property {number} freeGb
 * @property {boolean} cold nothing has been made yet
 */

/**
 * @param {Machine} machine
 * @returns {string[]} what is missing, each with what to do; empty if set-up can start
 */
export function findProblems(machine) {
  const problems = [];
  const { platform, arch, python, go, toBuild } = machine;
  if (platform !== "linux" || arch !== "x64") {
    // Nothing else can be told on such a machine.
    return [
      `this machine is ${platform} ${arch}: the sandbox needs Linux on x86-64; use a virtual machine or an EC2 instance. ${onlyDeploy}`,
    ];
  }
  if (machine.uid !== 0) {
    problems.push(
      `not root: the sandbox makes network namespaces and boots hosts; run the same command as root (\`sudo -E\`). ${onlyDeploy}`,
    );
  } else if (!machine.namespaces) {
    problems.push(
      "network and mount namespaces cannot be made (`unshare --net --mount true` fails): in a container, start it with " +
        "--privileged; else enable them in the kernel",
    );
  }
  if (!machine.cgroups) {
    problems.push(
      "no cgroup hierarchy is mounted in /sys/fs/cgroup: mount it, or in a container start it with --privileged",
    );
  }
  if (!python || python[0] < 3 || (python[0] === 3 && python[1] < 11)) {
    problems.push(
      `python3 is ${python?.join(".") ?? "missing"}: install Python 3.11 or later (\`apt-get install python3\`)`,
    );
  } else if (!machine.pip || !machine.venv) {
    problems.push("python3 has no pip or no venv: `apt-get install python3-pip python3-venv`");
  }
  if (!machine.npm) problems.push("npm is missing: install Node 20 or later with npm");
  if (toBuild.length > 0 && !atLeast(go, leastGo)) {
    problems.push(
      `Go is ${go ?? "missing"}, and ${toBuild.join(", ")} must be built, because no pinned official download can be used: ` +
        `install Go ${leastGo} or later, or run \`npm run pin\` where the internet can be reached`,
    );
  }
  if (machine.missingPackages.length > 0 && !machine.apt) {
    problems.push(
      `apt-get is missing: this needs Debian, or what these Debian packages bring: ${machine.missingPackages.join(", ")}`,
    );
  }
  if (machine.needsImage && !machine.debianMirror) {
    problems.push(
      "apt's sources name no Debian mirror for the image of the hosts: set METRICS_LINK_DEBIAN_MIRROR to one (`http://HOST/debian`)",
    );
  }
  if (machine.cold && machine.freeGb < SPACE_GB) {
    problems.push(
      `${machine.freeGb.toFixed(1)} GB are free in ${machine.cache}, ${SPACE_GB} GB are needed: make room, or set METRICS_LINK_CACHE`,
    );
  }
  return problems;
}

/**
 * @param {string | null} version
 * @param {string} least
 */
function atLeast(version, least) {
  const [major = 0, minor = 0] = (version ?? "0").split(".").map(Number);
  const [leastMajor = 0, leastMinor = 0] = least.split(".").map(Number);
  return major > leastMajor || (major === leastMajor && minor >= leastMinor);
}

/**
 * Looks at this machine and changes nothing.
 * @param {import("./pins.mjs").Pins} pins
 * @param {import("./paths.mjs").Layout} layout
 * @returns {Promise<Machine>}
 */
export async function inspectMachine(pins, layout) {
  const python = /^Python (\d+)\.(\d+)/.exec(says(["python3", "--version"]) ?? "");
  const go = /go(\d+\.\d+)/.exec(says(["go", "version"], "/") ?? "")?.[1] ?? null;
  const packages = missingPackages(pins.debianPackages);
  const needsImage = !existsSync(path.join(layout.images, imageName()));
  const space = statfsSync(existingParent(layout.cache));
  return {
    platform: process.platform,
    arch: process.arch,
    uid: process.getuid?.() ?? -1,
    namespaces: says(["unshare", "--net", "--mount", "true"]) !== null,
    cgroups: / - cgroup2? /.test(
      existsSync("/proc/self/mountinfo") ? readFileSync("/proc/self/mountinfo", "utf8") : "",
    ),
    python: python ? [Number(python[1]), Number(python[2])] : null,
    pip: says(["python3", "-m", "pip", "--version"]) !== null,
    venv: says(["python3", "-c", "import venv"]) !== null,
    npm: findCommand("npm") !== null,
    go,
    toBuild: await findBuilds(pins, layout, go !== null),
    missingPackages: packages,
    apt: findCommand("apt-get") !== null,
    needsImage,
    debianMirror: !needsImage || (existsSync("/etc/os-release") && imageMirrors() !== null),
    cache: layout.cache,
    freeGb: (space.bavail * space.bsize) / 1e9,
    cold: needsImage || !existsSync(layout.tools),
  };
}

/**
 * The tools that only a Go build can bring. Whether the network has a pinned download need not be known if there is Go.
 * @param {import("./pins.mjs").Pins} pins
 * @param {import("./paths.mjs").Layout} layout
 * @param {boolean} haveGo
 * @returns {Promise<string[]>}
 */
async function findBuilds(pins, layout, haveGo) {
  const builds = [];
  for (const [name, tool] of Object.entries(pins.tools)) {
    const made = /** @type {const} */ (["official", "registry"]).some((source) =>
      existsSync(toolFolder(name, tool, source, layout)),
    );
    if (tool.registry?.kind !== "go" || made || findOnPath(tool, layout)) continue;
    if (tool.officialUrl && tool.officialSha256 && (haveGo || (await canReach(tool.officialUrl)))) continue;
    builds.push(name);
  }
  return builds;
}

/** @param {string} url */
async function canReach(url) {
  // fetch does not go through a proxy; curl, which does the download, will.
  if (process.env.HTTPS_PROXY || process.env.https_proxy) return true;
  try {
    return (await fetch(url, { method: "HEAD", signal: AbortSignal.timeout(5000) })).ok;
  } catch {
    // Whatever the reason: it cannot be had from here.
    return false;
  }
}

/**
 * @param {string[]} command
 * @param {string} [cwd]
 * @returns {string | null} its stdout; null if it is missing or fails
 */
function says([file = "", ...rest], cwd) {
  const { status, stdout } = spawnSync(file, rest, { encoding: "utf8", timeout: 20_000, cwd });
  return status === 0 ? stdout : null;
}
