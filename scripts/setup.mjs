// @ts-check
// Brings everything the project needs into the cache folder: `node scripts/setup.mjs [--quiet-when-done]`.
import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { acquire } from "./toolchain/acquire.mjs";
import { Board } from "./toolchain/board.mjs";
import { installPackages } from "./toolchain/debian.mjs";
import { emptyWork, writeWhole } from "./toolchain/files.mjs";
import { imageName, makeImage } from "./toolchain/image.mjs";
import { takeLock } from "./toolchain/lock.mjs";
import { installWorkspace } from "./toolchain/packages.mjs";
import { cacheFolder, layout as layoutOf } from "./toolchain/paths.mjs";
import { loadPins } from "./toolchain/pins.mjs";
import { acquirePlugin, nodejsLanguageHost } from "./toolchain/plugins.mjs";
import { findProblems, inspectMachine } from "./toolchain/preconditions.mjs";
import { Processes } from "./toolchain/processes.mjs";
import { fingerprint, inPlace, officialNotHad, readToolchain } from "./toolchain/state.mjs";
import { lastLines, runSteps } from "./toolchain/steps.mjs";

const layout = layoutOf(cacheFolder());
const say = (/** @type {string} */ line) => void process.stderr.write(`${line}\n`);

/** @returns {Promise<number>} exit code */
async function setUp() {
  const quiet = process.argv.includes("--quiet-when-done");
  const nothingToDo = () => {
    if (!quiet) summarize();
    return 0;
  };
  // Who asks for a set-up gets another try at what could not be downloaded; other commands go on with what there is.
  const done = () => {
    const toolchain = inPlace(layout) ? readToolchain(layout) : null;
    return toolchain !== null && (quiet || officialNotHad(toolchain, loadPins()).length === 0);
  };
  if (done()) return nothingToDo();
  const release = await takeLock(layout.lock, (pid) =>
    say(`another set-up (process ${pid}) is at work; waiting for it`),
  );
  try {
    // The other one may have done it all.
    return done() ? nothingToDo() : await bringIntoPlace();
  } finally {
    await release();
  }
}

/** @returns {Promise<number>} exit code */
async function bringIntoPlace() {
  const pins = loadPins();
  const machine = await inspectMachine(pins, layout);
  const problems = findProblems(machine);
  if (problems.length > 0) {
    say("metrics-link cannot be set up on this machine yet; nothing was changed:");
    for (const problem of problems) say(`  - ${problem}`);
    return 1;
  }
  say(`setting up metrics-link in ${layout.cache}`);
  if (machine.missingPackages.length > 0) {
    say(`will be installed from Debian: ${machine.missingPackages.join(", ")}`);
  }
  const unpinned = Object.entries({ ...pins.tools, ...pins.pulumiPlugins }).filter(
    ([, { officialUrl, officialSha256 }]) => officialUrl && !officialSha256,
  );
  if (unpinned.length > 0) {
    say(
      `official downloads not used, their hashes are not pinned yet (npm run pin): ${unpinned.map(([n]) => n).join(", ")}`,
    );
  }
  await mkdir(layout.cache, { recursive: true });
  await emptyWork(layout.work);
  // What a killed compiler leaves behind goes with the rest of the unfinished work.
  process.env.TMPDIR = layout.work;

  const processes = new Processes();
  const board = new Board(process.stderr);
  let signalled = 0;
  for (const [signal, number] of /** @type {const} */ ([
    ["SIGINT", 2],
    ["SIGTERM", 15],
    ["SIGHUP", 1],
  ])) {
    process.on(signal, () => {
      if (signalled) return;
      signalled = number;
      board.say(["stopping", ...processes.stop().map((what) => `waiting for ${what}`)].join(", "));
    });
  }

  /** @type {Record<string, import("./toolchain/acquire.mjs").Acquired>} */
  const tools = {};
  /** @type {Record<string, import("./toolchain/plugins.mjs").Plugin>} */
  const plugins = {};
  const { failed, skipped } = await runSteps(steps(pins, machine, tools, plugins), {
    board,
    processes,
    logs: layout.logs,
  });
  if (signalled) {
    say("stopped; the same command goes on from here");
    return 128 + signalled;
  }
  if (failed.length > 0) {
    for (const { step, error, logFile } of failed) {
      say(`\n${step} failed: ${error.message}`);
      const tail = await lastLines(logFile, 15);
      if (tail) say(`${tail}\n  the whole log: ${logFile}`);
    }
    if (skipped.length > 0) say(`not begun: ${skipped.join(", ")}`);
    say("what is done stays done: the same command goes on from here");
    return 1;
  }
  await record(tools, plugins);
  summarize();
  return 0;
}

/**
 * @param {import("./toolchain/pins.mjs").Pins} pins
 * @param {import("./toolchain/preconditions.mjs").Machine} machine
 * @param {Record<string, import("./toolchain/acquire.mjs").Acquired>} tools filled by the steps
 * @param {Record<string, import("./toolchain/plugins.mjs").Plugin>} plugins filled by the steps
 * @returns {import("./toolchain/steps.mjs").Step[]}
 */
function steps(pins, machine, tools, plugins) {
  const debian = "Debian packages";
  /** @type {import("./toolchain/steps.mjs").Step[]} */
  const all = [
    { name: debian, after: [], work: (context) => installPackages(machine.missingPackages, context) },
    { name: "image of the hosts", after: [debian], work: (context) => makeImage(layout, context) },
  ];
  for (const [name, tool] of Object.entries(pins.tools)) {
    const work = async (/** @type {import("./toolchain/steps.mjs").StepContext} */ context) => {
      const acquired = await acquire(name, tool, layout, context);
      if (!acquired) return "left out, only a deployment to AWS needs it";
      tools[name] = acquired;
      return acquired.source === "path" ? acquired.path : acquired.source;
    };
    // curl and xz, for official downloads, are among the Debian packages.
    all.push({ name: `${name} ${tool.version}`, after: tool.officialSha256 ? [debian] : [], work });
  }
  for (const [name, plugin] of Object.entries(pins.pulumiPlugins)) {
    const work = async (/** @type {import("./toolchain/steps.mjs").StepContext} */ context) => {
      plugins[name] = await acquirePlugin(name, plugin, layout, context);
      return plugins[name].source;
    };
    all.push({ name: `pulumi-resource-${name} ${plugin.version}`, after: plugin.officialSha256 ? [debian] : [], work });
  }
  const runtime = ["node", "pnpm"].map((name) => `${name} ${pins.tools[name]?.version}`);
  all.push({ name: "npm packages", after: runtime, work: (context) => installWorkspace(layout, context) });
  return all;
}

/**
 * Writes down what is in place; this ends set-up, so it comes last.
 * @param {Record<string, import("./toolchain/acquire.mjs").Acquired>} tools
 * @param {Record<string, import("./toolchain/plugins.mjs").Plugin>} plugins
 */
async function record(tools, plugins) {
  const { pulumi } = tools;
  if (!pulumi) throw new Error("tools.json has no pulumi");
  const artifacts = byName(tools).flatMap(([, { artifact }]) => artifact ?? []);
  await writeWhole(layout.artifactIndex, `${JSON.stringify(artifacts, null, 2)}\n`);
  /** @type {import("./toolchain/state.mjs").Toolchain} */
  const toolchain = {
    fingerprint: fingerprint(),
    tools: Object.fromEntries(byName(tools).map(([name, { artifact, ...tool }]) => [name, tool])),
    plugins: { "language-nodejs": nodejsLanguageHost(pulumi), ...Object.fromEntries(byName(plugins)) },
    pluginFolder: layout.plugins,
    image: { name: imageName(), root: path.join(layout.images, imageName(), "root") },
    artifactIndex: layout.artifactIndex,
  };
  await writeWhole(layout.toolchain, `${JSON.stringify(toolchain, null, 2)}\n`);
  // Gigabytes that only another build would need.
  await rm(layout.go, { recursive: true, force: true });
}

/**
 * @template T
 * @param {Record<string, T>} record in the order in which steps ended
 * @returns {[string, T][]} in an order that is the same after each set-up
 */
function byName(record) {
  return Object.entries(record).sort(([a], [b]) => a.localeCompare(b));
}

function summarize() {
  const toolchain = readToolchain(layout);
  if (!toolchain) return;
  const tools = Object.entries(toolchain.tools).map(([name, { version, source }]) => `${name} ${version} (${source})`);
  const plugins = Object.entries(toolchain.plugins).map(([name, { source }]) => `${name} (${source})`);
  say(`in place: ${tools.join(", ")}; Pulumi plugins: ${plugins.join(", ")}`);
}

process.exitCode = await setUp();
