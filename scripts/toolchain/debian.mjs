// @ts-check
import { existsSync } from "node:fs";
import { downloadLimits } from "./downloads.mjs";
import { findCommand } from "./processes.mjs";

/**
 * @param {Record<string, string>} packages package to the command or file that it brings
 * @returns {string[]} the packages whose command or file is missing on this machine
 */
export function missingPackages(packages) {
  return Object.entries(packages)
    .filter(([, brings]) => (brings.startsWith("/") ? !existsSync(brings) : !findCommand(brings)))
    .map(([name]) => name);
}

/**
 * Installs Debian packages; the person has been told their names.
 * @param {string[]} packages
 * @param {import("./steps.mjs").StepContext} context
 * @returns {Promise<string>}
 */
export async function installPackages(packages, { run }) {
  if (packages.length === 0) return "all there";
  // Not our TMPDIR: apt and package scripts also work as users who cannot reach it.
  const { TMPDIR: _, ...inherited } = process.env;
  const env = { ...inherited, DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C.UTF-8" };
  const apt = ["apt-get", "-o", "DPkg::Lock::Timeout=120", "-q"];
  await run([...apt, "update"], { env, limits: downloadLimits });
  const install = [...apt, "install", "-y", "--no-install-recommends"];
  await run([...install, "--download-only", ...packages], { env, limits: downloadLimits });
  // An interrupted dpkg leaves packages half configured: it is let finish. Nothing is left to download then.
  await run([...install, ...packages], { env, finishes: true });
  return packages.join(", ");
}

/**
 * One source of packages in apt's configuration.
 * @typedef {{uri: string, suites: string[], components: string[], signedBy: string}} AptSource
 * @typedef {{main: string, updates: string | null, security: string | null}} Mirrors
 */

/**
 * Reads apt's source files, both formats (sources.list(5)).
 * @param {{name: string, text: string}[]} files
 * @returns {AptSource[]} binary sources that are enabled
 */
export function parseAptSources(files) {
  return files.flatMap(({ name, text }) => (name.endsWith(".sources") ? parseDeb822(text) : parseOneLine(text)));
}

/**
 * @param {string} text
 * @returns {AptSource[]}
 */
function parseDeb822(text) {
  const lines = text.split("\n").filter((line) => !line.startsWith("#"));
  return lines
    .join("\n")
    .split(/\n[ \t]*\n/)
    .flatMap((paragraph) => {
      /** @type {Record<string, string>} */
      const fields = {};
      for (const line of paragraph.replace(/\n[ \t]+/g, " ").split("\n")) {
        const [, key, value] = /^([^:\s]+):\s*(.*)$/.exec(line) ?? [];
        if (key) fields[key.toLowerCase()] = value?.trim() ?? "";
      }
      const words = (/** @type {string} */ key) => (fields[key] ?? "").split(/\s+/).filter(Boolean);
      if (!words("types").includes("deb") || /^(no|false|0)$/i.test(fields.enabled ?? "yes")) return [];
      return words("uris").map((uri) => ({
        uri,
        suites: words("suites"),
        components: words("components"),
        signedBy: fields["signed-by"] ?? "",
      }));
    });
}

/**
 * @param {string} text
 * @returns {AptSource[]}
 */
function parseOneLine(text) {
  return text.split("\n").flatMap((line) => {
    const [, options = "", uri, suite, components = ""] =
      /^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s*([^#]*)/.exec(line) ?? [];
    if (!uri || !suite) return [];
    return [
      {
        uri,
        suites: [suite],
        components: components.split(/\s+/).filter(Boolean),
        signedBy: /signed-by=(\S+)/i.exec(options)?.[1] ?? "",
      },
    ];
  });
}

/**
 * The Debian mirrors that this machine uses, so that the host image comes from where its owner wants packages to come from.
 * @param {AptSource[]} sources
 * @param {string} codename of the machine's own release
 * @param {(file: string) => string} read reads a list of mirrors, `mirror+file:` of apt-transport-mirror(1)
 * @returns {Mirrors | null} null if apt has no Debian mirror
 */
export function deriveMirrors(sources, codename, read) {
  const releases = [codename, "stable", "oldstable", "testing", "unstable", "sid"];
  /** @param {string[]} suffixes */
  const find = (...suffixes) => {
    const suites = suffixes.flatMap((suffix) => releases.map((release) => release + suffix));
    const candidates = sources.flatMap((source) => {
      const uri = resolveUri(source.uri, read);
      const fits = source.components.includes("main") && source.suites.some((suite) => suites.includes(suite));
      // Third parties name their suites after Debian's too; Debian's own archive is known by its key or by its path.
      const debian = source.signedBy.includes("debian-archive") || /\/debian(-security)?\/?$/.test(uri);
      return fits && debian && /^(https?|file):/.test(uri) ? [uri.replace(/\/$/, "")] : [];
    });
    return candidates[0] ?? null;
  };
  const main = find("");
  return main ? { main, updates: find("-updates"), security: find("-security", "/updates") } : null;
}

/**
 * @param {string} uri
 * @param {(file: string) => string} read
 */
function resolveUri(uri, read) {
  if (!uri.startsWith("mirror+file:")) return uri;
  const lines = read(uri.replace(/^mirror\+file:(\/\/)?/, "")).split("\n");
  return lines.map((line) => line.trim().split(/\s/)[0] ?? "").find((line) => line && !line.startsWith("#")) ?? "";
}
