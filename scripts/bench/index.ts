import { sandboxOf } from "@metrics-link/sandbox/cli/sandbox.ts";
import { type Command, complain } from "../stack/command-line.ts";
import { repository } from "../stack/context.ts";
import { benchmarks } from "./benchmarks.ts";

const usage = `Usage: npm run -s bench -- [${Object.keys(benchmarks).join(" | ")}] [RUNS]
Measures on the running sandbox (npm start) and prints minimum, median and maximum.`;

async function main([name = "", runs = "7"]: readonly string[]): Promise<number> {
  const wanted = name === "" ? Object.keys(benchmarks) : [name];
  if (wanted.some((one) => !(one in benchmarks)) || !(Number(runs) >= 1)) {
    complain(usage);
    return 64;
  }
  const sandbox = sandboxOf(repository);
  for (const one of wanted) await benchmarks[one]?.(sandbox, Number(runs));
  return 0;
}

export const command: Command = { usage, run: main };
