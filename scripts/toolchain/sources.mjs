// @ts-check
import { spawnSync } from "node:child_process";
import path from "node:path";
import { findCommand } from "./processes.mjs";

/**
 * Where a tool comes from: a program of that very version on PATH, the official download, or a package registry.
 * @typedef {"path" | "official" | "registry"} Source
 */

/**
 * The order of sources. What a host runs never comes from PATH: nobody knows who made it, and this machine and the hosts run
 * the same bytes.
 * @param {{onHosts: boolean, onPath: boolean, officialUrl: string | null, officialSha256: string | null, registry: unknown}} tool
 * @returns {Source[]} to be tried one after the other; empty if none can be used
 */
export function sourceOrder({ onHosts, onPath, officialUrl, officialSha256, registry }) {
  /** @type {Source[]} */
  const order = [];
  if (onPath && !onHosts) order.push("path");
  // A download that cannot be checked is not used.
  if (officialUrl && officialSha256) order.push("official");
  if (registry) order.push("registry");
  return order;
}

/**
 * @param {string} output what a program says to --version
 * @param {string} version
 * @returns {boolean} whether it is that very version, with or without a leading v
 */
export function saysVersion(output, version) {
  return output.split(/[\s,/]+/).some((word) => word.replace(/^v/, "") === version);
}

/**
 * @param {string} name executable
 * @param {string} version
 * @param {string} bin the cache's own folder on PATH, which does not count
 * @returns {string | null} absolute path, if PATH has it in that version
 */
export function onPath(name, version, bin) {
  const file = findCommand(name, {
    skip: (folder) => folder === bin || folder.endsWith(path.join("node_modules", ".bin")),
  });
  if (!file) return null;
  const { status, stdout } = spawnSync(file, ["--version"], { encoding: "utf8", timeout: 10_000, cwd: "/" });
  return status === 0 && saysVersion(stdout, version) ? file : null;
}
