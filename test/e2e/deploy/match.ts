import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
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
    if ("elsewhere" in treatment && !existsSync(treatment.elsewhere))
      problems.push(`${where}: there is no ${treatment.elsewhere}`);
  }
  for (const [heading, all] of left) {
    for (const { begins } of all) problems.push(`under "${heading}" is no block any more that begins with ${begins}`);
  }
  return { treated, problems };
}
