import assert from "node:assert/strict";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { cacheDirectory } from "@metrics-link/release";
import { cacheFolder } from "../../../scripts/toolchain/paths.mjs";

describe("the cache folder", () => {
  const cases: [string, NodeJS.ProcessEnv, string][] = [
    ["METRICS_LINK_CACHE", { METRICS_LINK_CACHE: "/own", XDG_CACHE_HOME: "/xdg", HOME: "/home/a" }, "/own"],
    ["METRICS_LINK_CACHE, absolute", { METRICS_LINK_CACHE: "own" }, resolve("own")],
    ["in XDG_CACHE_HOME", { METRICS_LINK_CACHE: "", XDG_CACHE_HOME: "/xdg", HOME: "/home/a" }, "/xdg/metrics-link"],
    ["in the user's home", { XDG_CACHE_HOME: "", HOME: "/home/a" }, "/home/a/.cache/metrics-link"],
    ["in the home that the system knows", { HOME: "" }, join(homedir(), ".cache/metrics-link")],
  ];
  for (const [what, environment, expected] of cases) {
    it(`is ${what}, for set-up and every command: ${JSON.stringify(environment)}`, () => {
      assert.equal(cacheDirectory(environment), expected);
      assert.equal(cacheFolder(environment), expected);
    });
  }
});
