import { LinkError } from "@metrics-link/contract";
import { lint } from "../lint/index.ts";
import { type Command, oneOf, parsed, say, takesOnly } from "../stack/command-line.ts";
import { repository } from "../stack/context.ts";
import { suitesOf } from "../test/files.ts";
import { run } from "../test/run.ts";
import { bumps } from "./changelog.ts";
import { release } from "./release.ts";

const usage = `Usage: npm run -s release -- patch | minor | major [--dry-run]
Releases what CHANGELOG.md has under Unreleased: checks the repository, runs lint and the unit tests, gives the next
version to every package, commits, and tags. It pushes nothing.
  --dry-run   checks everything and writes nothing`;

async function main(words: readonly string[]): Promise<number> {
  const { values, positionals } = parsed(words, { "dry-run": { type: "boolean", default: false } });
  takesOnly(positionals, 1);
  const bump = oneOf("VERSION", positionals[0], bumps);
  const dryRun = values["dry-run"] === true;
  const day = new Date().toISOString().slice(0, 10);
  const { version, tag, entries } = await release(repository, { bump, day, dryRun, prove });
  say(`${entries}\n`);
  if (dryRun) say(`${version} can be released; nothing was changed`);
  else say(`committed and tagged ${tag}; next: git push origin main ${tag}`);
  return 0;
}

async function prove(): Promise<void> {
  const failed = lint();
  if (failed.length > 0) {
    throw new LinkError("RELEASE_BLOCKED", { what: `lint failed: ${failed.join(", ")}; nothing was changed` });
  }
  for (const suite of suitesOf(["test/unit"])) {
    const { failures } = await run(suite, say);
    if (failures > 0) throw new LinkError("RELEASE_BLOCKED", { what: "unit tests failed; nothing was changed" });
  }
}

export const command: Command = { usage, run: main };
