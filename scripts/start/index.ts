import { prove } from "@metrics-link/sandbox/cli/prove.ts";
import { streamReport } from "@metrics-link/sandbox/cli/report.ts";
import { sandboxOf } from "@metrics-link/sandbox/cli/sandbox.ts";
import { up } from "@metrics-link/sandbox/cli/up.ts";
import { sendersIn } from "../sandbox/commands.ts";
import { type Command, optionsOf } from "../stack/command-line.ts";
import { repository } from "../stack/context.ts";

const usage = `Usage: npm start -- [--senders N]
Starts the sandbox, brings its stacks up, and proves that samples arrive. The sandbox keeps running;
\`npm run -s sandbox -- down\` removes it.
  --senders N   1 to 3 senders, each in an account of its own; default 1, or those that are there`;

/** Shown last; README.md shows it too. */
export const next = `
The link keeps running. Next:
  npm run -s sandbox -- status                  compares again, now
  npm run -s sandbox -- page --serve            text and charts in a browser
  npm run -s sandbox -- shell receiver          look around on a host
  eval "$(npm run -s sandbox -- env sender)"    then plain pulumi: pulumi preview -s sender
  npm run -s sandbox -- down                    removes everything
README.md says how to deploy the same program to AWS.`;

/** Up, then a demonstration that the link works. */
async function main(words: readonly string[]): Promise<number> {
  const { senders } = optionsOf(words, { senders: { type: "string", default: "1" } });
  const count = sendersIn(senders);
  const sandbox = sandboxOf(repository);
  const report = streamReport(process.stdout);
  await up(sandbox, report, count);
  await prove(sandbox, report);
  report.say(next);
  return 0;
}

export const command: Command = { usage, run: main };
