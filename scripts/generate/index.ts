import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Command, optionsOf, say } from "../stack/command-line.ts";
import { repository } from "../stack/context.ts";
import { configurationPage } from "./configuration.ts";
import type { Generated } from "./generated.ts";
import { iamPolicies } from "./iam.ts";
import { policyPage } from "./policies.ts";
import { runbookIndex } from "./runbooks.ts";

export const generated: readonly Generated[] = [policyPage, runbookIndex, configurationPage, ...iamPolicies];

const usage = `Usage: npm run -s generate -- [--check]
Generates from the source:
${generated.map(({ file }) => `  ${file}`).join("\n")}
  --check   writes nothing; exits with 1 and names the files that are out of date`;

async function main(words: readonly string[]): Promise<number> {
  const { check } = optionsOf(words, { check: { type: "boolean", default: false } });
  const stale: string[] = [];
  for (const { file, render } of generated) {
    const path = join(repository, file);
    const text = existsSync(path) ? readFileSync(path, "utf8") : "";
    const wanted = await render(text);
    if (wanted === text) continue;
    stale.push(file);
    if (check) continue;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, wanted);
  }
  for (const file of stale) say(check ? `${file} is out of date: run npm run -s generate` : `wrote ${file}`);
  return check && stale.length > 0 ? 1 : 0;
}

export const command: Command = { usage, run: main };
