import { printableJson } from "@metrics-link/contract";

/** A sender that is refused all the time has one line in this time. */
const everyMs = 10_000;

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
  readonly #last = new Map<string, { at: number; left: number }>();

  constructor(write: (line: string) => void = console.log) {
    this.#write = write;
  }

  add(line: Line, now: number): void {
    const last = this.#last.get(line.sender);
    if (last !== undefined && now >= last.at && now < last.at + everyMs) {
      last.left += 1;
      return;
    }
    this.#last.set(line.sender, { at: now, left: 0 });
    this.#write(printableJson({ ...line, ...(last?.left ? { othersSince: last.left } : {}) }));
  }
}
