import { readdir, readlink, rm } from "node:fs/promises";
import { join } from "node:path";
import { hostPaths } from "@metrics-link/contract/host-paths.ts";
import type { ChangeAction, ReleaseFile } from "@metrics-link/contract/release.ts";
import type { Effects } from "./effects.ts";
import { placeLink } from "./place-file.ts";
import { at } from "./run.ts";

const unitDirectory = "/etc/systemd/system";
const folder = "systemd/";

/** The units of releases, as links into the one in force: the swap of `current` changes all of them at once. */
export class Systemd {
  readonly #effects: Effects;

  constructor(effects: Effects) {
    this.#effects = effects;
  }

  /**
   * Links every unit of a release where systemd looks for it, and into the targets that want it. `systemctl enable`
   * would resolve the links and point into one release's directory. Units that no release brings any more are stopped.
   */
  async install(files: readonly ReleaseFile[]): Promise<void> {
    const units = files.filter(({ path }) => path.startsWith(folder));
    const links = new Map(
      units.flatMap(({ path, content }): [string, string][] => {
        const name = path.slice(folder.length);
        const wanted = [...content.matchAll(/^WantedBy=(.+)$/gm)].flatMap(([, targets]) => targets?.split(/\s+/) ?? []);
        return [
          [name, `${hostPaths.current}/${path}`],
          ...wanted.map((target): [string, string] => [`${target}.wants/${name}`, `../${name}`]),
        ];
      }),
    );
    for (const name of await this.#linkedUnits()) {
      if (links.has(name)) continue;
      await this.#systemctl("stop", name);
      await this.#unlink(name);
    }
    for (const [path, target] of links) await placeLink(at(this.#effects, unitDirectory, path), target);
    await this.#systemctl("daemon-reload");
  }

  /**
   * Does what a service needs, and starts it when it does not run.
   * @returns what was done; undefined when nothing had to be
   */
  async bring(unit: string, wanted: ChangeAction | undefined): Promise<ChangeAction | "start" | undefined> {
    const { code } = await this.#effects.run(["systemctl", "is-active", "--quiet", unit], { timeoutMs: 10_000 });
    if (code !== 0) {
      await this.#systemctl("reset-failed", unit);
      // `restart` also cuts short the wait between two automatic restarts, which `start` joins.
      await this.#systemctl("restart", unit);
      return "start";
    }
    if (wanted === "reload" || wanted === "restart") await this.#systemctl(wanted, unit);
    return wanted;
  }

  async #linkedUnits(): Promise<string[]> {
    const directory = at(this.#effects, unitDirectory);
    const names = await readdir(directory);
    const targets = await Promise.all(names.map((name) => readlink(join(directory, name)).catch(() => "")));
    return names.filter((_, index) => targets[index]?.startsWith(`${hostPaths.current}/${folder}`));
  }

  async #unlink(name: string): Promise<void> {
    const directory = at(this.#effects, unitDirectory);
    const wants = (await readdir(directory)).filter((entry) => entry.endsWith(".wants"));
    for (const path of [name, ...wants.map((entry) => `${entry}/${name}`)])
      await rm(join(directory, path), { force: true });
  }

  /** @throws Error with systemd's own words */
  async #systemctl(verb: string, ...units: string[]): Promise<void> {
    // Prometheus may take three minutes to stop.
    const { code, output } = await this.#effects.run(["systemctl", verb, ...units], { timeoutMs: 240_000 });
    if (code !== 0)
      throw new Error(`systemctl ${[verb, ...units].join(" ")} failed (exit code ${code}): ${output.trim()}`);
  }
}
