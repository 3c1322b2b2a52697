import { sandboxOf } from "@metrics-link/sandbox/cli/sandbox.ts";
import { type Command, oneOf, parsed, takesOnly, wholeNumber } from "../stack/command-line.ts";
import { repository } from "../stack/context.ts";
import { benchmarks } from "./benchmarks.ts";
import { fleet } from "./fleet.ts";

const usage = `Usage: npm run -s bench -- [NAME] [RUNS]
       npm run -s bench -- fleet [SENDERS ...]
Measures on the running sandbox (npm start; gate needs none) and prints minimum, median and maximum. \`fleet\` needs none either: it
prints what 1, 10, 100 and 1,000 senders cost a receiver, or as many as you say, and each value as a ratio.
  NAME   ${Object.keys(benchmarks).join(" or ")}; default: all, one after the other
  RUNS   how often; default 7`;

async function main(words: readonly string[]): Promise<number> {
  const { positionals } = parsed(words, {});
  if (positionals[0] === "fleet") {
    const sizes = positionals.slice(1).map((size) => wholeNumber("SENDERS", size, 1, 1000));
    await fleet(sizes.length === 0 ? [1, 10, 100, 1000] : sizes);
    return 0;
  }
  takesOnly(positionals, 2);
  const [name, times = "7"] = positionals;
  const all = Object.keys(benchmarks);
  const wanted = name === undefined ? all : [oneOf("NAME", name, all)];
  const runs = wholeNumber("RUNS", times, 1, 1000);
  const sandbox = sandboxOf(repository);
  for (const one of wanted) await benchmarks[one]?.(sandbox, runs);
  return 0;
}

export const command: Command = { usage, run: main };
