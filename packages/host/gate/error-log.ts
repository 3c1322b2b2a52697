import { inspect } from "node:util";
import { printableJson } from "@metrics-link/contract";
import { Sparing } from "./sparing.ts";

/** Writes faults of the gate's own program to the journal: one that each request meets must not fill it. */
export class ErrorLog {
  readonly #write: (line: string) => void;
  readonly #sparing = new Sparing();

  constructor(write: (line: string) => void = console.error) {
    this.#write = write;
  }

  add(error: unknown, now: number): void {
    // One kind for all, and one line for each: the text of an error may hold what a request says.
    const others = this.#sparing.others("", now);
    if (others === undefined) return;
    const event = "the gate failed";
    this.#write(printableJson({ event, error: inspect(error), ...(others > 0 ? { othersSince: others } : {}) }));
  }
}
