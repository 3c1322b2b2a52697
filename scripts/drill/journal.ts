import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseJson } from "@metrics-link/contract";
import type { AlertOverrides } from "@metrics-link/prometheus";
import type { Role } from "@metrics-link/sandbox/cli/stack-files.ts";
import type { Layout } from "@metrics-link/sandbox/model/layout.ts";
import { z } from "zod";
import type { Journal } from "./runner.ts";

export type AlertsOfStacks = Readonly<Partial<Record<Role, AlertOverrides>>>;

const alerts = z.record(z.string(), z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])));
const file = z.object({
  broken: z.array(z.string()),
  alerts: z.object({ sender: alerts.exactOptional(), receiver: alerts.exactOptional() }).exactOptional(),
});

interface Entries {
  /** Drills whose fault is in place, or may be. */
  readonly broken: readonly string[];
  /** The alert settings from before the drills, of each stack whose own ones are not in force. */
  readonly alerts?: AlertsOfStacks;
}

/** What drills changed and have not restored yet, in the sandbox's folder, in case they are killed. */
export class JournalFile implements Journal {
  readonly #path: string;

  constructor(layout: Layout) {
    this.#path = join(layout.directory, "drill.json");
  }

  begin(name: string): void {
    const entries = this.read();
    this.#write({ ...entries, broken: [...entries.broken, name] });
  }

  end(name: string): void {
    const entries = this.read();
    this.#write({ ...entries, broken: entries.broken.filter((one) => one !== name) });
  }

  keepAlerts(alerts: AlertsOfStacks): void {
    this.#write({ ...this.read(), alerts });
  }

  alertsAreBack(): void {
    const { broken } = this.read();
    this.#write({ broken });
  }

  read(): Entries {
    return existsSync(this.#path) ? parseJson(file, readFileSync(this.#path, "utf8"), this.#path) : { broken: [] };
  }

  /** Atomic: the next reader may come after a crash. */
  #write(entries: Entries): void {
    if (entries.broken.length === 0 && entries.alerts === undefined) {
      rmSync(this.#path, { force: true });
      return;
    }
    writeFileSync(`${this.#path}.draft`, JSON.stringify(entries));
    renameSync(`${this.#path}.draft`, this.#path);
  }
}
