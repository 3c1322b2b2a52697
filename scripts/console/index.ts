import { type Command, parsed, required } from "../stack/command-line.ts";
import { options, optionsHelp, show } from "./command.ts";
import { addressOf, askAt } from "./prometheus.ts";

const usage = `Usage: npm run -s console -- --url URL [--out FILE] [--minutes N] [--serve [PORT]]
One page for teams without Grafana: the state of the link as text, and every panel of the dashboard.
  --url URL       the receiver's Prometheus, as Grafana queries it
${optionsHelp}
Exit codes: 0 when the page was made, whatever it shows; 2 for a wrong call.`;

async function main(words: readonly string[]): Promise<number> {
  const { values, positionals } = parsed(words, { ...options, url: { type: "string" } });
  const url = addressOf(required(values.url, "--url"));
  return await show(async () => ({ receiver: askAt(url) }), values, positionals);
}

export const command: Command = { usage, run: main };
