// @ts-check
import { rm } from "node:fs/promises";
import path from "node:path";
import { acquire } from "./acquire.mjs";
import { installPackages } from "./debian.mjs";
import { writeWhole } from "./files.mjs";
import { imageName, makeImage } from "./image.mjs";
import { installWorkspace } from "./packages.mjs";
import { fingerprint } from "./state.mjs";

/**
 * The steps of a set-up for the sandbox and everything else that runs on a developer's machine, and the tools that they leave.
 * @param {import("./pins.mjs").Pins} pins
 * @param {import("./preconditions.mjs").Machine} machine
 * @param {import("./paths.mjs").Layout} layout
 */
export function sandboxSteps(pins, machine, layout) {
  const debian = "Debian packages";
  /** @type {Record<string, import("./acquire.mjs").Acquired>} */
  const tools = {};
  /** @type {import("./steps.mjs").Step[]} */
  const steps = [
    { name: debian, after: [], work: (context) => installPackages(machine.missingPackages, context) },
    { name: "image of the hosts", after: [debian], work: (context) => makeImage(layout, context) },
  ];
  for (const [name, tool] of Object.entries(pins.tools)) {
    const work = async (/** @type {import("./steps.mjs").StepContext} */ context) => {
      const acquired = await acquire(name, tool, layout, context);
      if (!acquired) return "left out, only a deployment to AWS needs it";
      tools[name] = acquired;
      return acquired.source === "path" ? acquired.path : acquired.source;
    };
    // curl and xz, for official downloads, are among the Debian packages.
    steps.push({ name: `${name} ${tool.version}`, after: tool.officialSha256 ? [debian] : [], work });
  }
  const runtime = ["node", "pnpm"].map((name) => `${name} ${pins.tools[name]?.version}`);
  steps.push({ name: "npm packages", after: runtime, work: (context) => installWorkspace(layout, context) });
  return { steps, tools };
}

/**
 * Writes down what is in place; this ends set-up, so it comes last.
 * @param {Record<string, import("./acquire.mjs").Acquired>} tools
 * @param {import("./paths.mjs").Layout} layout
 */
export async function recordSandbox(tools, layout) {
  const byName = Object.entries(tools).sort(([a], [b]) => a.localeCompare(b));
  const artifacts = byName.flatMap(([, { artifact }]) => artifact ?? []);
  await writeWhole(layout.artifactIndex, `${JSON.stringify(artifacts, null, 2)}\n`);
  /** @type {import("./state.mjs").Toolchain} */
  const toolchain = {
    fingerprint: fingerprint(),
    // In an order that is the same after each set-up, not that in which steps ended.
    tools: Object.fromEntries(byName.map(([name, { artifact, ...tool }]) => [name, tool])),
    image: { name: imageName(), root: path.join(layout.images, imageName(), "root") },
    artifactIndex: layout.artifactIndex,
  };
  await writeWhole(layout.toolchain, `${JSON.stringify(toolchain, null, 2)}\n`);
  // Gigabytes that only another build would need.
  await rm(layout.go, { recursive: true, force: true });
}
