/** The statement of docs/review.md that keeps a reviewer's session from writing. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { callsOfReading } from "@metrics-link/sandbox/cloud/calls/policies.ts";
import { lookUps, typesOf } from "@metrics-link/sandbox/cloud/calls/stacks.ts";
import { z } from "zod";

const page = readFileSync(join(import.meta.dirname, "../../../docs/review.md"), "utf8");
const [, block = ""] = /^```json\n(\{\n {2}"Sid": "AReviewOnlyReads"[\s\S]*?)^```/m.exec(page) ?? [];
const { NotAction } = z.object({ NotAction: z.array(z.string()) }).parse(JSON.parse(block));
const isLeft = (action: string) =>
  NotAction.some((pattern) => (pattern.endsWith("*") ? action.startsWith(pattern.slice(0, -1)) : pattern === action));

/** The secret's own policy gives its value to the deployer alone, and a review needs none. */
const secretVersion = "aws:secretsmanager/secretVersion:SecretVersion";

describe("the statement for reviews of docs/review.md", () => {
  it("leaves each read of a preview with --refresh", () => {
    const types = [...typesOf.exchange, ...typesOf.sender, ...typesOf.receiver].filter(
      (type) => type !== secretVersion,
    );
    const reads = [...lookUps.sender, ...callsOfReading(types)].map(({ action }) => action);
    assert.ok(reads.length > 50);
    assert.deepEqual([...new Set(reads)].filter((action) => !isLeft(action)).toSorted(), []);
  });

  it("leaves nothing that writes", () => {
    assert.deepEqual(
      NotAction.filter((pattern) => !/^[\w-]+:(Get|List|Describe)[A-Za-z]*\*?$/.test(pattern)),
      [],
    );
  });
});
