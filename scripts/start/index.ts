import { start } from "@metrics-link/sandbox/cli/main.ts";
import { type Command, optionsOf } from "../stack/command-line.ts";
import { repository } from "../stack/context.ts";

const usage = `Usage: npm start
Starts the sandbox, brings both stacks up, and proves that samples arrive. The sandbox keeps running;
\`npm run -s sandbox -- down\` removes it.`;

export const command: Command = {
  usage,
  run: async (words) => {
    optionsOf(words, {});
    return start(repository);
  },
};
