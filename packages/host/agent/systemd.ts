import { readdir, readlink, rm } from "node:fs/promises";
import { join } from "node:path";
import { type ChangeAction, unitFolder as folder, hostPaths, type ReleaseFile } from "@metrics-link/release";
import { commandFailed, type Effects } from "./effects.ts";
import { exists, placeLink } from "./files.ts";
import { at } from "./run.ts";

const unitDirectory = "/etc/systemd/system";

/** Where a drop-in for one of our units can be (systemd.unit, "Unit File Load Path"); a release has none. */
const dropInDirectories = [
  unitDirectory,
  "/run/systemd/system",
  "/etc/systemd/system.control",
  "/run/systemd/system.control",
  "/usr/local/lib/systemd/system",
];

/** A file of systemd's that differs from the release. */
export interface Repair {
  readonly path: string;
  /** Units that may run with the wrong version. */
  readonly units: readonly string[];
}

/** A release's units, as links through `current`: its swap changes all of them at once. */
export class Systemd {
  readonly #effects: Effects;

  constructor(effects: Effects) {
    this.#effects = effects;
  }

  /**
   * Links every unit of a release where systemd looks for it, and into the targets that want it. `systemctl enable`
   * would resolve the links and point into one release's directory. Units that the release no longer has are stopped, and
   * drop-ins are removed: they would change a unit.
   *
   * @param reload has systemd read the units again even when no link was wrong
   * @param before is called before each repair
   */
  async install(
    files: readonly ReleaseFile[],
    { reload, before }: { readonly reload: boolean; readonly before: (repair: Repair) => Promise<void> },
  ): Promise<void> {
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
    let repairs = 0;
    const repairing = async (path: string, affected: readonly string[]) => {
      repairs += 1;
      await before({ path, units: affected });
    };
    for (const name of await this.#linkedUnits()) {
      if (links.has(name)) continue;
      await repairing(`${unitDirectory}/${name}`, []);
      await this.#systemctl("stop", name);
      await this.#unlink(name);
    }
    for (const [name, target] of links) {
      const path = `${unitDirectory}/${name}`;
      const affected = name.includes("/") ? [] : [name];
      await placeLink(at(this.#effects, path), target, { beforeChange: () => repairing(path, affected) });
    }
    for (const [path, affected] of dropIns(units.map((unit) => unit.path.slice(folder.length)))) {
      if (!(await exists(at(this.#effects, path)))) continue;
      await repairing(path, affected);
      await rm(at(this.#effects, path), { recursive: true });
    }
    if (reload || repairs > 0) await this.#systemctl("daemon-reload");
  }

  /** Those of these units that run. */
  async active(units: readonly string[]): Promise<Set<string>> {
    // One line for each unit, in the order of the arguments; the exit code is about one unit only.
    const { output } = await this.#effects.run(["systemctl", "is-active", ...units], { timeoutMs: 10_000 });
    const states = output.trim().split("\n");
    return new Set(units.filter((_, index) => states[index] === "active" || states[index] === "reloading"));
  }

  /** A service's main process, which changes with each start. */
  async mainPid(unit: string): Promise<string> {
    const argv = ["systemctl", "show", "--property=MainPID", "--value", unit];
    return (await this.#effects.run(argv, { timeoutMs: 10_000 })).output.trim();
  }

  /**
   * Reloads or restarts a service, and starts it when it does not run.
   * @returns what was done; undefined when nothing was needed
   */
  async bring(
    unit: string,
    wanted: ChangeAction | undefined,
    isActive: boolean,
  ): Promise<ChangeAction | "start" | undefined> {
    if (!isActive) {
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

  /** @throws LinkError `COMMAND_FAILED` with systemd's message */
  async #systemctl(verb: string, ...units: string[]): Promise<void> {
    // Prometheus may take three minutes to stop.
    const { code, output } = await this.#effects.run(["systemctl", verb, ...units], { timeoutMs: 240_000 });
    if (code !== 0) throw commandFailed(`systemctl ${[verb, ...units].join(" ")} failed`, { code, output });
  }
}

/**
 * Directories for drop-ins → the units that they would change. A drop-in applies to a unit's own name, and to each prefix
 * of it that ends in a dash (systemd.unit).
 */
function dropIns(units: readonly string[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const unit of units) {
    const ending = unit.slice(unit.lastIndexOf("."));
    const dashes = [...unit.matchAll(/-/g)].map(({ index }) => `${unit.slice(0, index + 1)}${ending}`);
    for (const path of dropInDirectories.flatMap((directory) =>
      [unit, ...dashes].map((name) => `${directory}/${name}.d`),
    ))
      found.set(path, [...(found.get(path) ?? []), unit]);
  }
  return found;
}
