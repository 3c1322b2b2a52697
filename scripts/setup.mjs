// @ts-check
// Brings what the project needs into the cache folder: `npm run setup`.
import { mkdir } from "node:fs/promises";
import { Board } from "./toolchain/board.mjs";
import {
  deploymentInPlace,
  deploymentSteps,
  findDeploymentProblems,
  inspectForDeployment,
  readDeployment,
  recordDeployment,
} from "./toolchain/deployment.mjs";
import { NotReachable } from "./toolchain/downloads.mjs";
import { emptyWork } from "./toolchain/files.mjs";
import { takeLock } from "./toolchain/lock.mjs";
import { cacheFolder, layout as layoutOf } from "./toolchain/paths.mjs";
import { downloads, loadPins } from "./toolchain/pins.mjs";
import { findProblems, inspectMachine } from "./toolchain/preconditions.mjs";
import { Processes } from "./toolchain/processes.mjs";
import { recordSandbox, sandboxSteps } from "./toolchain/sandbox.mjs";
import { inPlace, officialNotHad, readToolchain } from "./toolchain/state.mjs";
import { lastLines, runSteps } from "./toolchain/steps.mjs";
import { optionsOr } from "./toolchain/usage.mjs";

const layout = layoutOf(cacheFolder());
const say = (/** @type {string} */ line) => void process.stderr.write(`${line}\n`);
const usage = `Usage: npm run setup -- [--deploy [--arm64]] [--deploy-suffices] [--quiet-when-done]
Brings the tools of the project, each by its pinned hash, into the cache folder. What is in place stays.
  --deploy            only what a deployment to AWS needs, as an ordinary user; without it, the sandbox too, which needs root
  --arm64             with --deploy, also the tools of hosts with arm64
  --deploy-suffices   as --deploy if that is in place, or if this machine cannot have the sandbox
  --quiet-when-done   says nothing if everything is in place`;
const asked = optionsOr(usage, ["deploy", "arm64", "deploy-suffices", "quiet-when-done"]);
const quiet = asked["quiet-when-done"];

/** @returns {Promise<number>} exit code */
async function setUp() {
  const suffices = asked["deploy-suffices"];
  if (suffices && (inPlace(layout) || deploymentInPlace(layout))) return 0;
  const sandboxHere = process.platform === "linux" && process.arch === "x64" && process.getuid?.() === 0;
  const deploy = asked.deploy || (suffices && (readDeployment(layout) !== null || !sandboxHere));
  const done = deploy ? deploymentDone : sandboxDone;
  const summarize = deploy ? summarizeDeployment : summarizeSandbox;
  const nothingToDo = () => {
    if (!quiet) summarize();
    return 0;
  };
  if (done()) return nothingToDo();
  const release = await takeLock(layout.lock, (pid) =>
    say(`another set-up (process ${pid}) is at work; waiting for it`),
  );
  try {
    // The other one may have done it all.
    if (done()) return nothingToDo();
    const code = await (deploy ? bringForDeployment() : bringForSandbox());
    if (code === 0) summarize();
    return code;
  } finally {
    await release();
  }
}

// Who asks for a set-up gets another try at what could not be downloaded; other commands go on with what there is.
function sandboxDone() {
  const toolchain = inPlace(layout) ? readToolchain(layout) : null;
  return toolchain !== null && (quiet || officialNotHad(toolchain, loadPins()).length === 0);
}

function deploymentDone() {
  const deployment = readDeployment(layout);
  if (asked.arm64 && !deployment?.arm) return false;
  const lacking = Object.keys(deployment?.withoutHosts ?? {});
  const pins = Object.fromEntries(downloads(loadPins()));
  return deploymentInPlace(layout) && (quiet || lacking.every((name) => !pins[name]?.officialSha256));
}

/** @returns {Promise<number>} exit code */
async function bringForSandbox() {
  const pins = loadPins();
  const machine = await inspectMachine(pins, layout);
  if (refused("metrics-link", findProblems(machine))) return 1;
  say(`setting up metrics-link in ${layout.cache}`);
  if (machine.missingPackages.length > 0) {
    say(`will be installed from Debian: ${machine.missingPackages.join(", ")}`);
  }
  const unpinned = Object.entries(pins.tools).filter(([, pin]) => pin.officialUrl && !pin.officialSha256);
  if (unpinned.length > 0) {
    say(
      `official downloads not used, their hashes are not pinned yet (npm run pin): ${unpinned.map(([n]) => n).join(", ")}`,
    );
  }
  const { steps, tools } = sandboxSteps(pins, machine, layout);
  return await perform(steps, () => recordSandbox(tools, layout));
}

/** @returns {Promise<number>} exit code */
async function bringForDeployment() {
  const machine = await inspectForDeployment(layout, asked.arm64 || undefined);
  if (refused("deployments", findDeploymentProblems(machine)) || !machine.wanted) return 1;
  say(`setting up for deployments on ${machine.platform} in ${layout.cache}; nothing of it needs root`);
  const { steps, made } = deploymentSteps(machine.wanted, layout);
  return await perform(steps, () => recordDeployment(made, layout));
}

/**
 * @param {string} what
 * @param {string[]} problems
 * @returns {boolean} whether there are any, which it says
 */
function refused(what, problems) {
  if (problems.length === 0) return false;
  say(`${what} cannot be set up on this machine yet; nothing was changed:`);
  for (const problem of problems) say(`  - ${problem}`);
  return true;
}

/**
 * @param {import("./toolchain/steps.mjs").Step[]} steps
 * @param {() => Promise<void>} record
 * @returns {Promise<number>} exit code
 */
async function perform(steps, record) {
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

  const { failed, skipped } = await runSteps(steps, { board, processes, logs: layout.logs });
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
    if (failed.some(({ error }) => error instanceof NotReachable)) {
      say(
        "downloads that cannot be had: check the network. Behind a proxy set HTTPS_PROXY (and NO_PROXY); if it has a certificate " +
          "authority of its own, set CURL_CA_BUNDLE to its file",
      );
    }
    say("what is done stays done: the same command goes on from here");
    return 1;
  }
  await record();
  return 0;
}

function summarizeSandbox() {
  const toolchain = readToolchain(layout);
  if (!toolchain) return;
  const tools = Object.entries(toolchain.tools).map(([name, { version, source }]) => `${name} ${version} (${source})`);
  say(`in place: ${tools.join(", ")}`);
  if (!deploymentInPlace(layout)) say("to deploy to AWS, Pulumi's plugins are needed too: npm run setup -- --deploy");
}

function summarizeDeployment() {
  const deployment = readDeployment(layout);
  if (!deployment) return;
  const named = Object.entries({ ...deployment.tools, ...deployment.plugins });
  say(
    `in place for deployments: ${named.map(([name, { version, source }]) => `${name} ${version} (${source})`).join(", ")}`,
  );
  say(`for hosts: ${Object.keys(deployment.hosts).join(", ") || "nothing yet"}`);
  const without = Object.entries(deployment.withoutHosts);
  if (without.length === 0) return;
  say("an update of a stack is refused until these are there for its host (docs/deploy.md, Pin the tools):");
  for (const [name, why] of without) say(`  - ${name}: ${why}`);
}

process.exitCode = await setUp();
