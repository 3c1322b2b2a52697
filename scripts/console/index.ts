import { type Command, parsed, required, UsageError } from "../stack/command-line.ts";
import { options, optionsHelp, show } from "./command.ts";
import { askAt } from "./prometheus.ts";

const usage = `Usage: npm run -s console -- --url URL [--out FILE] [--minutes N] [--serve [PORT]]
One page for a person without Grafana: how the link is, in words, and every panel of the dashboard.
  --url URL       the receiver's Prometheus, as its Grafana asks it
${optionsHelp}
Ends with 0 when the page is made, whatever it says, and 2 when called wrongly.`;

async function main(words: readonly string[]): Promise<number> {
  const { values, positionals } = parsed(words, { ...options, url: { type: "string" } });
  return await show({ receiver: askAt(addressOf(required(values.url, "--url"))) }, values, positionals);
}

/** @throws UsageError */
function addressOf(text: string): URL {
  const url = URL.parse(text);
  if (url !== null && ["http:", "https:"].includes(url.protocol)) return url;
  throw new UsageError(`--url is ${text}: an address like http://127.0.0.1:9090 is expected`);
}

export const command: Command = { usage, run: main };
