import { printable, printableLines } from "@metrics-link/contract";

/** Where progress is reported: to a person or nowhere. */
export interface Report {
  /** A line of its own. */
  say(text: string): void;
  /** Announces a step, runs it and prints its last progress text and duration. */
  step<Result>(name: string, run: (progress: (text: string) => void) => Promise<Result>): Promise<Result>;
}

const seconds = (started: number) => `${((performance.now() - started) / 1000).toFixed(1)} s`;

/** Writes to a stream, one line per step, rewritten in place on a terminal. */
export function streamReport(stream: NodeJS.WriteStream): Report {
  return {
    say: (text) => void stream.write(`${printableLines(text)}\n`),
    async step(name, run) {
      const started = performance.now();
      let word = "";
      const live = stream.isTTY
        ? setInterval(
            () =>
              stream.write(`\r\u001b[K${printable(`${name} ${word}`)} (${seconds(started)})`.slice(0, stream.columns)),
            200,
          )
        : undefined;
      const finish = (text: string) => {
        clearInterval(live);
        stream.write(`${stream.isTTY ? "\r\u001b[K" : ""}${printableLines(text)}\n`);
      };
      try {
        const result = await run((text) => {
          word = text;
        });
        finish(`${name}${word ? `: ${word}` : ""} (${seconds(started)})`);
        return result;
      } catch (error) {
        finish(`${name}: FAILED after ${seconds(started)}`);
        throw error;
      }
    },
  };
}

/** Prints nothing; steps still run. */
export const silentReport: Report = {
  say: () => {},
  step: (_name, run) => run(() => {}),
};
