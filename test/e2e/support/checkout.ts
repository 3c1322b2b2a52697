import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { cacheDirectory } from "@metrics-link/release";
import { Pulumi } from "@metrics-link/sandbox/cli/pulumi.ts";
import { type Role, stackNames } from "@metrics-link/sandbox/cli/stack-files.ts";
import { deployerEnvironment } from "@metrics-link/sandbox/world/environment.ts";
import { sandbox } from "./sandbox.ts";

/** What another commit's file of pins says of a tool, as far as it is not the same. */
interface OtherPin {
  readonly version: string;
  readonly registry: Readonly<Record<string, unknown>>;
}

/** Pins of other versions, and beside them the locked modules of what is built from Go modules. */
const otherVersions = join(import.meta.dirname, "other-versions");

/**
 * What the program had not before the gate: at the receiver the gate, at the sender the rules by which its series keep its own labels,
 * and what the two sides tell of labels. Each text is in the file once.
 */
const withoutGate: readonly (readonly [file: string, text: string])[] = [
  ["stacks/receiver.ts", ", gated: true"],
  ["stacks/receiver.ts", "      gate: { program: gate, configuration: demanded },\n"],
  ["stacks/receiver.ts", "    [contractLabelsOutput]: labels,\n"],
  ["stacks/sender.ts", "    [contractLabelsOutput]: labels,\n"],
  ["packages/prometheus/remote-write.ts", "    write_relabel_configs: identityRules(externalLabels),\n"],
];

/**
 * Another checkout of the program, as a colleague has it with a commit from before the gate, which pins other versions: its own file
 * of pins and its own set-up, for the same stacks in the same backend. It lies in the sandbox's folder and goes with it. What is kept by
 * its content is shared with this checkout's cache: a tool that was built once is not built again.
 */
export class Checkout {
  readonly #directory = join(sandbox.layout.directory, "checkout");
  readonly #cache = join(sandbox.layout.directory, "checkout-cache");

  constructor() {
    for (const folder of [this.#directory, this.#cache]) rmSync(folder, { recursive: true, force: true });
    const stackFiles = stackNames.map((stack) => sandbox.files.path(stack));
    const left = ["node_modules", ".git", ...stackFiles.map((file) => basename(file))];
    cpSync(sandbox.repository, this.#directory, { recursive: true, filter: (path) => !left.includes(basename(path)) });
    for (const file of stackFiles) symlinkSync(file, join(this.#directory, "stacks", basename(file)));
    this.#pinOtherVersions();
    this.#takeTheGateAway();
    mkdirSync(this.#cache);
    for (const folder of ["tools", "images", "pnpm-store", "registries"]) {
      symlinkSync(join(cacheDirectory(), folder), join(this.#cache, folder));
    }
  }

  /** `npm run setup`: minutes when a tool has to be built for the first time on this machine, seconds afterwards. */
  setUp(): void {
    const { status, stderr } = spawnSync("node", ["scripts/setup.mjs"], {
      cwd: this.#directory,
      env: this.#environment(),
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`the set-up of the other checkout ended with ${status}:\n${stderr}`);
  }

  /** Pulumi's command line in this checkout, for the stacks of one account. */
  pulumi(side: Role): Pulumi {
    const deployer = deployerEnvironment(sandbox.layout, side);
    const path = `${join(this.#cache, "bin")}:${deployer.PATH}`;
    return new Pulumi(
      this.#directory,
      { ...this.#environment(), ...deployer, PATH: path },
      join(sandbox.layout.directory, "logs"),
    );
  }

  /** The version that this checkout pins. */
  pinned(tool: string): string {
    return pinnedVersion(this.#directory, tool);
  }

  #environment(): NodeJS.ProcessEnv {
    return { ...process.env, METRICS_LINK_CACHE: this.#cache };
  }

  #pinOtherVersions(): void {
    const file = join(this.#directory, "tools.json");
    const { tools, ...rest } = JSON.parse(readFileSync(file, "utf8"));
    const pins = JSON.parse(readFileSync(join(otherVersions, "pins.json"), "utf8")) as Record<string, OtherPin>;
    for (const [name, { registry, ...pin }] of Object.entries(pins)) {
      tools[name] = {
        ...tools[name],
        ...pin,
        pinned: { version: pin.version, on: "2026-11-22" },
        officialSha256: null,
        registry: { ...tools[name].registry, ...registry },
      };
    }
    writeFileSync(file, JSON.stringify({ ...rest, tools }, undefined, 2));
    cpSync(join(otherVersions, "go"), join(this.#directory, "scripts/toolchain/go"), { recursive: true });
  }

  #takeTheGateAway(): void {
    for (const [name, text] of withoutGate) {
      const file = join(this.#directory, name);
      const parts = readFileSync(file, "utf8").split(text);
      if (parts.length !== 2) throw new Error(`${name} has ${parts.length - 1} times, and not once: ${text}`);
      writeFileSync(file, parts.join(""));
    }
  }
}

/** The version of a tool in the file of pins of a checkout. */
export function pinnedVersion(checkout: string, tool: string): string {
  return JSON.parse(readFileSync(join(checkout, "tools.json"), "utf8")).tools[tool].version;
}
