/**
 * MemoryMax= of a host's units. Where the kernel's memory controller is in a version 1 hierarchy, systemd in a host limits
 * nothing (systemd.resource-control(5): the setting needs the unified hierarchy): a unit would have what no EC2 instance
 * gives it. So what a service's processes hold is looked at twice a second, and the largest is killed once they have more than their
 * unit may have, as the kernel would. Caches, which the kernel takes back first, do not count. A limit that is changed counts from
 * the unit's next start.
 */
import { readFile } from "node:fs/promises";
import type { ControlGroups } from "./control-groups.ts";
import { signal } from "./host.ts";

/** Of a process that was seen first in its unit. */
interface Known {
  readonly first: number;
  readonly limit: number;
}

type Groups = Pick<ControlGroups, "systemdLimitsNoMemory" | "services">;

export class UnitMemory {
  readonly #groups: Groups;
  readonly #limitOf: (unit: string) => Promise<string>;
  readonly #known = new Map<string, Known>();

  /** @param limitOf MemoryMax of a unit, as `systemctl show` prints it */
  constructor(groups: Groups, limitOf: (unit: string) => Promise<string>) {
    this.#groups = groups;
    this.#limitOf = limitOf;
  }

  /** Does nothing where systemd itself limits them. */
  async enforce(): Promise<void> {
    if (!this.#groups.systemdLimitsNoMemory) return;
    for (const { unit, processes } of await this.#groups.services()) {
      const limit = await this.#limit(unit, processes[0] ?? 0);
      const held = await Promise.all(processes.map(async (pid) => ({ pid, bytes: await heldBy(pid) })));
      if (held.reduce((sum, { bytes }) => sum + bytes, 0) <= limit) continue;
      const [largest] = held.toSorted((one, other) => other.bytes - one.bytes);
      if (largest !== undefined) signal(largest.pid, "SIGKILL");
    }
  }

  async #limit(unit: string, first: number): Promise<number> {
    const known = this.#known.get(unit);
    if (known?.first === first) return known.limit;
    const text = await this.#limitOf(unit);
    // "infinity" without one; nothing of a unit that has ended meanwhile.
    const limit = /^\d+$/.test(text) ? Number(text) : Number.POSITIVE_INFINITY;
    this.#known.set(unit, { first, limit });
    return limit;
  }
}

/** Memory that the kernel could not take back, in bytes; 0 of a process that has ended. */
async function heldBy(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  const kilobytes = [...status.matchAll(/^Rss(?:Anon|Shmem):\s+(\d+) kB$/gm)].map(([, number]) => Number(number));
  return kilobytes.reduce((sum, one) => sum + one, 0) * 1024;
}
