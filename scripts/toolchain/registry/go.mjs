// @ts-check
import { readFileSync } from "node:fs";
import path from "node:path";
import { downloadLimits } from "../downloads.mjs";
import { repository } from "../paths.mjs";

/** Go before 1.21 can neither read these go.mod files nor fetch a newer Go. */
export const leastGo = "1.21";

/** @param {import("../pins.mjs").GoWay} way */
function moduleFolder(way) {
  return path.join(repository, "scripts/toolchain/go", way.directory);
}

/**
 * @param {import("../pins.mjs").GoWay} way
 * @returns {string[]} the files that pin the module and all that it needs by hash
 */
export function moduleFiles(way) {
  return [path.join(moduleFolder(way), "go.mod"), path.join(moduleFolder(way), "go.sum")];
}

/**
 * Builds a tool from its Go module: stripped, without cgo and without paths of this machine, so that one Go version makes
 * the same bytes anywhere.
 * @param {import("../pins.mjs").GoWay} way
 * @param {string} folder gets one executable for each of `way.executables`
 * @param {import("../paths.mjs").Layout} layout
 * @param {import("../steps.mjs").StepContext} context
 */
export async function buildGoModule(way, folder, layout, { run, detail }) {
  const cwd = moduleFolder(way);
  const pinned = readFileSync(path.join(cwd, "go.mod"), "utf8");
  if (!pinned.includes(`${way.module} ${way.version}`)) {
    throw new Error(
      `${cwd}/go.mod does not require ${way.module} ${way.version}, which tools.json pins: run go get there`,
    );
  }
  const env = {
    ...process.env,
    CGO_ENABLED: "0",
    GOOS: "linux",
    GOARCH: "amd64",
    GOAMD64: "v1",
    GOFLAGS: "-mod=readonly",
    GOWORK: "off",
    // An older Go fetches the one that go.mod asks for, as a module with a checksum.
    GOTOOLCHAIN: "auto",
    GOMODCACHE: path.join(layout.go, "modules"),
    GOCACHE: path.join(layout.go, "objects"),
  };
  const packages = Object.values(way.executables);
  const tags = way.tags.join(",");
  const listed = await run(["go", "list", "-deps", "-tags", tags, ...packages], {
    cwd,
    env,
    limits: downloadLimits,
    onLine: (line) => detail(line.startsWith("go: downloading") ? line.slice(4) : "reading the module"),
  });
  const total = new Set(listed.trim().split("\n")).size;
  const variables = Object.entries(way.linkVariables).map(([name, value]) => `-X ${name}=${value}`);
  let compiled = 0;
  await run(
    [
      "go",
      "build",
      "-v",
      "-trimpath",
      "-buildvcs=false",
      "-tags",
      tags,
      "-ldflags",
      ["-s", "-w", ...variables].join(" "),
      "-o",
      `${folder}/`,
      ...packages,
    ],
    {
      cwd,
      env,
      // -v names each package that is compiled; those that an interrupted build left in the cache are not named.
      onLine: (line) => {
        if (line.startsWith("go: ")) return detail(line.slice(4));
        compiled += 1;
        detail(compiled < total ? `compiled ${compiled} of at most ${total} packages` : "linking");
      },
    },
  );
}
