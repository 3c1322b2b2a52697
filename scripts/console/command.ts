import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { consolePage, read, type Sources, verdictOf } from "@metrics-link/console";
import { UsageError } from "@metrics-link/contract";
import { say, takesOnly, toWrite, wholeNumber } from "../stack/command-line.ts";
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
 * @param sourcesOf asked once the words are known to be right
 * @param words positional arguments: the port
 * @returns 0; the page and a line on the terminal say what is wrong
 * @throws UsageError
 */
export async function show(
  sourcesOf: () => Promise<Sources>,
  { out, minutes: time, serve: serves }: Asked,
  words: readonly string[],
): Promise<number> {
  const minutes = wholeNumber("--minutes", time ?? "", 1, 7 * 24 * 60);
  const [port = "8090"] = words;
  takesOnly(words, serves ? 1 : 0);
  const listens = wholeNumber("PORT", port, 1, 65_535);
  if (serves && out !== undefined) throw new UsageError("--out is not expected with --serve");
  const file = toWrite("--out", out ?? "metrics-link-console.html");
  const sources = await sourcesOf();
  const look = () => read(sources, Date.now() / 1000, minutes);
  if (serves) {
    const end = await serve(listens, async () => consolePage(await look(), refreshSeconds));
    say(`http://127.0.0.1:${listens}/ until Ctrl-C`);
    await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
    end();
    return 0;
  }
  const reading = await look();
  writeFileSync(file, consolePage(reading));
  say(`${verdictOf(reading).headline}; the page is ${file}`);
  return 0;
}

const refreshSeconds = 15;
