// @ts-check
import { createHash } from "node:crypto";
import { homedir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** Root folder of the repository. */
export const repository = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");

/**
 * The one folder for everything that set-up makes: `$METRICS_LINK_CACHE`, else `metrics-link` in the user's cache folder
 * (XDG Base Directory Specification).
 * @param {NodeJS.ProcessEnv} env
 * @returns {string} absolute path
 */
export function cacheFolder(env = process.env) {
  if (env.METRICS_LINK_CACHE) return path.resolve(env.METRICS_LINK_CACHE);
  return path.join(env.XDG_CACHE_HOME || path.join(env.HOME || homedir(), ".cache"), "metrics-link");
}

/**
 * The places inside the cache folder.
 * @param {string} cache absolute path of the cache folder
 */
export function layout(cache) {
  return {
    cache,
    /** On PATH for everything that the project runs: one link for each executable. */
    bin: path.join(cache, "bin"),
    /** Unpacked tools, one folder for each, complete or absent. */
    tools: path.join(cache, "tools"),
    /** Archives for the hosts, and their index. */
    artifacts: path.join(cache, "artifacts"),
    artifactIndex: path.join(cache, "artifacts", "index.json"),
    images: path.join(cache, "images"),
    /** Official Pulumi resource plugins, where they could be had. */
    plugins: path.join(cache, "pulumi-plugins"),
    /** Modules and objects of the Go builds; removed when all of them are done. */
    go: path.join(cache, "go"),
    pnpmStore: path.join(cache, "pnpm-store"),
    /** Downloads of npm and pip. */
    registries: path.join(cache, "registries"),
    /** Work that is not complete; emptied at the start of each set-up. */
    work: path.join(cache, "work"),
    logs: path.join(cache, "logs"),
    toolchain: path.join(cache, "toolchain.json"),
    /** Abstract socket: the kernel frees it with the process that holds it, however that ends. */
    lock: `\0metrics-link-setup-${createHash("sha256").update(cache).digest("hex").slice(0, 16)}`,
  };
}

/** @typedef {ReturnType<typeof layout>} Layout */
