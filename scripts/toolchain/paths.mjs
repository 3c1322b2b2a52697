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
    /** On PATH too: the official Pulumi resource plugins of deployments. Nothing else is ever in it. */
    plugins: path.join(cache, "pulumi-plugins"),
    /** Modules and objects of the Go builds; removed when all of them are done. */
    go: path.join(cache, "go"),
    pnpmStore: path.join(cache, "pnpm-store"),
    /** Downloads of npm and pip. */
    registries: path.join(cache, "registries"),
    /** Work that is not complete; emptied at the start of each set-up. */
    work: path.join(cache, "work"),
    logs: path.join(cache, "logs"),
    /** What is in place for the sandbox. */
    toolchain: path.join(cache, "toolchain.json"),
    /** What is in place for deployments. */
    deployment: path.join(cache, "deployment.json"),
    lock: lockOf(cache),
  };
}

/**
 * The socket that the set-up of a cache holds. On Linux an abstract one: the kernel frees it with the process that holds it,
 * however that ends. Elsewhere a file; sockets have short paths (104 bytes on macOS, sys/un.h), so it is not in the cache.
 * @param {string} cache
 * @param {NodeJS.Platform} platform
 */
export function lockOf(cache, platform = process.platform) {
  const name = `metrics-link-setup-${createHash("sha256").update(cache).digest("hex").slice(0, 16)}`;
  return platform === "linux" ? `\0${name}` : path.join("/tmp", name);
}

/** @typedef {ReturnType<typeof layout>} Layout */
