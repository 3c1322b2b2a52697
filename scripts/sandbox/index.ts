import { sandboxOf } from "@metrics-link/sandbox/cli/sandbox.ts";
import { page, pageUsage } from "../console/sandbox.ts";
import { type Command, oneOf } from "../stack/command-line.ts";
import { repository } from "../stack/context.ts";
import { commands, type SandboxCommand, usage } from "./commands.ts";

const all: Readonly<Record<string, SandboxCommand>> = { ...commands, page };

async function main([name, ...words]: readonly string[]): Promise<number> {
  const run = all[oneOf("COMMAND", name, Object.keys(all))];
  return run === undefined ? 2 : await run(sandboxOf(repository), words);
}

export const command: Command = { usage: `${usage}\n${pageUsage}`, run: main };
