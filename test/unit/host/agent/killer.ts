import fs from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";

/** Everything through which the agent changes a disk. */
const operations = ["writeFile", "rename", "rm", "symlink", "mkdir", "chmod", "chown", "copyFile", "open"] as const;
type Operation = (...args: unknown[]) => Promise<unknown>;
const table = fs as unknown as Record<string, Operation>;

/** Ends a run in the middle: at its nth change of the disk or command, and nothing that it would do later happens. */
export class Killer {
  #count = 0;
  #killed: () => void = () => {};
  readonly #at: number;
  readonly #originals = new Map<string, Operation>();

  private constructor(at: number) {
    this.#at = at;
  }

  /**
   * @param run is handed `before`, to be called before each command
   * @returns whether the run was killed; false when it came to its end first
   */
  static async strike(at: number, run: (before: () => Promise<void>) => Promise<unknown>): Promise<boolean> {
    const killer = new Killer(at);
    killer.#arm();
    try {
      return await new Promise<boolean>((resolve, reject) => {
        killer.#killed = () => resolve(true);
        run(() => killer.#step()).then(() => resolve(false), reject);
      });
    } finally {
      for (const [name, original] of killer.#originals) table[name] = original;
      syncBuiltinESMExports();
    }
  }

  #arm(): void {
    for (const name of operations) {
      const original = table[name] as Operation;
      this.#originals.set(name, original);
      table[name] = async (...args) => {
        // A file that is being written when the power goes is there, and half empty.
        const half =
          name === "writeFile" && this.#count + 1 === this.#at ? [args[0], halfOf(args[1]), args[2]] : undefined;
        if (half) await original(...half);
        await this.#step();
        return original(...args);
      };
    }
    syncBuiltinESMExports();
  }

  /** Never returns once the run is dead. */
  async #step(): Promise<void> {
    this.#count += 1;
    if (this.#count < this.#at) return;
    this.#killed();
    await new Promise(() => {});
  }
}

function halfOf(content: unknown): unknown {
  return typeof content === "string" || Buffer.isBuffer(content) ? content.slice(0, content.length / 2) : content;
}
