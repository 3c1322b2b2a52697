/**
 * MemoryMax= of a host's units. Where the kernel's memory controller is in a version 1 hierarchy, systemd in a host limits
 * nothing (systemd.resource-control(5): the setting needs the unified hierarchy): a unit would have what no EC2 instance
 * gives it. So its processes move to a group with the limit, within a second of their start. A limit that is changed counts
 * from the unit's next start.
 */
import type { ControlGroups } from "./control-groups.ts";

export class UnitMemory {
  readonly #groups: ControlGroups;
  readonly #limitOf: (unit: string) => Promise<string>;
  /** Process ids by unit, as they were moved. */
  readonly #moved = new Map<string, readonly number[]>();

  /** @param limitOf MemoryMax of a unit, as `systemctl show` prints it */
  constructor(groups: ControlGroups, limitOf: (unit: string) => Promise<string>) {
    this.#groups = groups;
    this.#limitOf = limitOf;
  }

  /** Moves the processes that were started since the last call. Does nothing where systemd itself limits them. */
  async enforce(): Promise<void> {
    if (!this.#groups.limitsMemory) return;
    for (const { unit, processes } of await this.#groups.services()) {
      const known = this.#moved.get(unit) ?? [];
      if (processes.every((pid) => known.includes(pid))) continue;
      const limit = await this.#limitOf(unit);
      // "infinity" without one; nothing of a unit that has ended meanwhile.
      if (/^\d+$/.test(limit)) await this.#groups.limitMemory(unit, limit, processes);
      this.#moved.set(unit, processes);
    }
  }
}
