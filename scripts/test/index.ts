import type { Command } from "../stack/command-line.ts";

const usage = `Usage: npm test -- [PATH ...]
Runs lint and every test, or the tests at these paths alone. Ends with "N passed, N failed, N skipped", and with 1 when
one failed.`;

export const command: Command = {
  usage,
  async run(words) {
    process.argv.splice(2, Number.POSITIVE_INFINITY, ...words);
    // It runs as it is loaded, and says by the exit code of the process how that ended.
    await import("../test.ts");
    return Number(process.exitCode ?? 0);
  },
};
