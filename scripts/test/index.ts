import { checks, lint } from "../lint/index.ts";
import { type Command, parsed } from "../stack/command-line.ts";
import { longFolder, suitesOf } from "./files.ts";
import { type Counts, run } from "./run.ts";
import { summaryOf } from "./summary.ts";

const usage = `Usage: npm test -- [PATH ...] [--keep]
Runs lint and every test but those of ${longFolder}, or only the tests at these paths. Prints the times of the
slowest files and, at the end, what failed and "N passed, N failed, N skipped". Exits with 1 when one failed.
  --keep   leaves the sandboxes of end-to-end tests up`;

/**
 * Two suites run at once, in this order, and the next begins when one ends: two cores are busy with that, and a third sandbox takes
 * CPU while nothing happens in it. The short ones are last, so that both end at about the same time.
 */
const order = ["link", "hosts", "unit", "updates", "fleet", "deploy", "sandbox", "program", "long"];
const atOnce = 2;

export const command: Command = {
  usage,
  async run(words) {
    const { values, positionals } = parsed(words, { keep: { type: "boolean", default: false } });
    const suites = suitesOf(positionals, process.env.METRICS_LINK_TEST_SANDBOX);
    const nameWidth = Math.max(...suites.map(({ name }) => name.length));
    const environment = values.keep ? { METRICS_LINK_TEST_KEEP: "1" } : {};
    const results: Counts[] = [];
    if (positionals.length === 0) {
      console.log("=== checks ===");
      const failed = lint().map((name) => ({ file: "lint", title: name, message: "see under === checks ===" }));
      const passes = checks.length - failed.length;
      results.push({ passes, failures: failed.length, pending: 0, files: {}, failed });
    }
    const place = ({ name }: { readonly name: string }) => order.indexOf(name);
    const waiting = suites.toSorted((one, other) => place(one) - place(other));
    const oneAfterTheOther = async (queue: typeof suites) => {
      for (let suite = queue.shift(); suite !== undefined; suite = queue.shift()) {
        const said = suite.name.padEnd(nameWidth);
        results.push(await run(suite, (line) => console.log(`${said} | ${line}`), environment));
      }
    };
    await Promise.all(Array.from({ length: atOnce }, () => oneAfterTheOther(waiting)));
    if (positionals.length === 0) console.log(`\nleft out, to be run before a release: npm test -- ${longFolder}`);
    for (const line of summaryOf(results)) console.log(line);
    return results.some(({ failures }) => failures > 0) ? 1 : 0;
  },
};
