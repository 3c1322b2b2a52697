import { milliseconds } from "@metrics-link/prometheus";
import { type Command, optionsOf, required, say, wholeNumber, wrongValue } from "../stack/command-line.ts";
import { contextOf } from "../stack/context.ts";
import { capacityTable } from "./table.ts";

const usage = `Usage: npm run -s capacity -- --stack STACK [--series N]
Prints how long an outage of the link a sender's configuration survives; docs/capacity.md explains the calculation.
  --series N   number of scraped series (prometheus_tsdb_head_series); default: several examples`;

async function main(words: readonly string[]): Promise<number> {
  const { stack, series } = optionsOf(words, { stack: { type: "string" }, series: { type: "string" } });
  const name = required(stack, "--stack");
  const given = series === undefined ? undefined : wholeNumber("--series", series, 1, 999_999_999);
  const { role, prometheus, host } = contextOf(name).file.read();
  if (role !== "sender") throw wrongValue("--stack", `${name}, a ${role}`, "a sender, which alone has a backlog,");
  const { scrapeInterval } = prometheus;
  say(`${name}: a scrape every ${scrapeInterval}, a data volume of ${host.dataVolumeGiB} GiB`);
  const counts = given === undefined ? undefined : [given];
  say(capacityTable(milliseconds(scrapeInterval) / 1000, host.dataVolumeGiB, counts));
  return 0;
}

export const command: Command = { usage, run: main };
