import { printableJson } from "@metrics-link/contract";
import { Sparing } from "./sparing.ts";

/** What a line of the journal tells of a refused request. */
interface Line {
  readonly event: "request refused" | "request would be refused";
  readonly sender: string;
  readonly reason: string;
  readonly series: number;
  readonly shown?: string;
}

/** Writes refusals to the journal: the first at once, then one line a sender every ten seconds, with how many it stands for. */
export class RefusalLog {
  readonly #write: (line: string) => void;
  readonly #sparing = new Sparing();

  constructor(write: (line: string) => void = console.log) {
    this.#write = write;
  }

  add(line: Line, now: number): void {
    const others = this.#sparing.others(line.sender, now);
    if (others === undefined) return;
    this.#write(printableJson({ ...line, ...(others > 0 ? { othersSince: others } : {}) }));
  }
}
