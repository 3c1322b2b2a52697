/** Which hosts run, polled twice a second, for callers that cannot wait; and the memory that their units may have. */
import type { HostSummary } from "../realiser/index.ts";

const intervalMs = 500;

interface Watched {
  list(): Promise<HostSummary[]>;
  limitMemory(): Promise<void>;
}

export class HostWatch {
  readonly #hosts: Watched;
  readonly #log: (line: string) => void;
  readonly #timer: NodeJS.Timeout;
  #running: ReadonlySet<string> = new Set();
  #looking = false;

  constructor(hosts: Watched, log: (line: string) => void) {
    this.#hosts = hosts;
    this.#log = log;
    this.#timer = setInterval(() => void this.#look(), intervalMs);
  }

  /** Whether the instance's host ran at the last poll. */
  booted(instanceId: string): boolean {
    return this.#running.has(instanceId);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      const summaries = await this.#hosts.list();
      this.#running = new Set(
        summaries.flatMap((host) => (host.state === "running" && host.instanceId ? [host.instanceId] : [])),
      );
      await this.#hosts.limitMemory();
    } catch (error) {
      this.#log(`cannot see the hosts: ${(error as Error).message}`);
    } finally {
      this.#looking = false;
    }
  }
}
