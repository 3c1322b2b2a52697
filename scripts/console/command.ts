import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { consolePage, read, type Sources, verdictOf } from "@metrics-link/console";
import { UsageError } from "@metrics-link/contract";
import { say } from "../stack/command-line.ts";
import { serve } from "./serve.ts";

/** Options of every console command. */
export const optionsHelp = `  --out FILE      the page; default metrics-link-console.html
  --minutes N     minutes that the charts show; default 30
  --serve [PORT]  serves the page on loopback until Ctrl-C, fresh at every load; default port 8090`;

export const options = {
  out: { type: "string" },
  minutes: { type: "string", default: "30" },
  serve: { type: "boolean", default: false },
} as const;

interface Asked {
  readonly out?: string | undefined;
  readonly minutes?: string | undefined;
  readonly serve?: boolean | undefined;
}

/**
 * Writes the page, or serves it until a person ends it.
 * @param words positional arguments: the port
 * @returns 0; the page and a line on the terminal say what is wrong
 * @throws UsageError
 */
export async function show(
  sources: Sources,
  { out, minutes: time, serve: serves }: Asked,
  words: readonly string[],
): Promise<number> {
  const minutes = within(time ?? "", "--minutes", 1, 7 * 24 * 60);
  const [port = "8090", ...more] = words;
  if (more.length > 0 || (!serves && words.length > 0)) throw new UsageError(`${words.join(" ")} is not expected`);
  const look = () => read(sources, Date.now() / 1000, minutes);
  if (serves) {
    if (out !== undefined) throw new UsageError("--out and --serve: one of them");
    const listens = within(port, "the port", 1, 65_535);
    const end = await serve(listens, async () => consolePage(await look(), refreshSeconds));
    say(`http://127.0.0.1:${listens}/ until Ctrl-C`);
    await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
    end();
    return 0;
  }
  const reading = await look();
  const file = out ?? "metrics-link-console.html";
  writeFileSync(file, consolePage(reading));
  say(`${verdictOf(reading).headline}; the page is ${file}`);
  return 0;
}

const refreshSeconds = 15;

/** @throws UsageError */
function within(text: string, what: string, least: number, most: number): number {
  if (/^\d+$/.test(text) && Number(text) >= least && Number(text) <= most) return Number(text);
  throw new UsageError(`${what} is ${text}: a whole number from ${least} to ${most} is expected`);
}
