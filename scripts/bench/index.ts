import { join } from "node:path";
import { sandboxOf } from "@metrics-link/sandbox/cli/sandbox.ts";
import { benchmarks } from "./benchmarks.ts";

const usage = `Usage: npm run -s bench -- [${Object.keys(benchmarks).join(" | ")}] [RUNS]
Measures on the running sandbox (npm start) and prints minimum, median and maximum.`;

const [name = "", runs = "7"] = process.argv.slice(2);
const wanted = name === "" ? Object.keys(benchmarks) : [name];
if (wanted.some((one) => !(one in benchmarks)) || !(Number(runs) >= 1)) {
  console.error(usage);
  process.exitCode = 64;
} else {
  const sandbox = sandboxOf(join(import.meta.dirname, "../.."));
  for (const one of wanted) await benchmarks[one]?.(sandbox, Number(runs));
}
