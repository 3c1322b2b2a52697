import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { type Block, blocksOf } from "../../support/blocks.ts";
import type { Treatment } from "./treatment.ts";

export interface Treated {
  readonly block: Block;
  readonly treatment: Treatment;
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 16);

/** The page's blocks with their treatments, in order; and what does not fit, one sentence for each. */
export function matched(
  page: string,
  treatments: Readonly<Record<string, readonly Treatment[]>>,
): { readonly treated: readonly Treated[]; readonly problems: readonly string[] } {
  const treated: Treated[] = [];
  const problems: string[] = [];
  const left = new Map(Object.entries(treatments).map(([heading, all]) => [heading, [...all]]));
  for (const block of blocksOf(page)) {
    const [treatment] = left.get(block.heading) ?? [];
    const where = `line ${block.line}, under "${block.heading}"`;
    if (treatment === undefined || !`${block.text}\n`.startsWith(treatment.begins)) {
      const expected =
        treatment === undefined ? "no block is expected here" : `expected is one that begins with ${treatment.begins}`;
      problems.push(`${where}: nothing says how a test runs this block; ${expected}`);
      continue;
    }
    left.get(block.heading)?.shift();
    treated.push({ block, treatment });
    if ("shown" in treatment && treatment.sha256 !== sha256(block.text)) {
      problems.push(
        `${where}: no test runs this block, and it has changed: see whether it still is so, and write ${sha256(block.text)}`,
      );
    }
    if ("elsewhere" in treatment)
      problems.push(...notDone(block.text, treatment).map((problem) => `${where}: ${problem}`));
  }
  for (const [heading, all] of left) {
    for (const { begins } of all) problems.push(`under "${heading}" is no block any more that begins with ${begins}`);
  }
  return { treated, problems };
}

/** The lines of a block that the other test does not do, and what it does not do any more. */
function notDone(text: string, { elsewhere, does }: Extract<Treatment, { readonly elsewhere: string }>): string[] {
  if (!existsSync(elsewhere)) return [`there is no ${elsewhere}`];
  const test = readFileSync(elsewhere, "utf8");
  const lines = text.split("\n");
  return [
    ...lines
      .filter((line) => !Object.hasOwn(does, line))
      .map((line) => `nothing says what in ${elsewhere} does: ${line}`),
    ...Object.keys(does)
      .filter((line) => !lines.includes(line))
      .map((line) => `the block has no line any more: ${line}`),
    ...Object.values(does)
      .flat()
      .filter((words) => !test.includes(words))
      .map((words) => `${elsewhere} does no more: ${words}`),
  ];
}
