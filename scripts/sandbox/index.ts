import { main, usage } from "@metrics-link/sandbox/cli/main.ts";
import { page } from "../console/sandbox.ts";
import type { Command } from "../stack/command-line.ts";
import { repository } from "../stack/context.ts";

export const command: Command = {
  usage: `${usage}\n${page.usage}`,
  run: (words) => main(repository, words, { page }),
};
