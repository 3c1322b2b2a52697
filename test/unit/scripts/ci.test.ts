import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";

const repository = join(import.meta.dirname, "../../..");
const read = (file: string) => readFileSync(join(repository, file), "utf8");

describe("CI definitions", () => {
  it("for GitHub run .ci/run, may only read, and pin third-party actions by commit", () => {
    const step = z.object({ uses: z.string().optional(), run: z.string().optional() });
    const workflow = z.object({
      permissions: z.strictObject({ contents: z.literal("read") }),
      jobs: z.record(z.string(), z.object({ steps: z.array(step) })),
    });
    const { jobs } = workflow.parse(parse(read(".github/workflows/ci.yml")));
    const steps = Object.values(jobs).flatMap((job) => job.steps);
    assert.equal(steps.at(-1)?.run, ".ci/run");
    for (const { uses } of steps) if (uses !== undefined) assert.match(uses, /@[0-9a-f]{40}$/);
  });

  it("for GitLab run .ci/run", () => {
    const { test } = z.object({ test: z.object({ script: z.array(z.string()) }) }).parse(parse(read(".gitlab-ci.yml")));
    assert.deepEqual(test.script, [".ci/run"]);
  });

  it("and the pre-commit example call only existing commands", () => {
    for (const file of [".ci/run", "docs/examples/pre-commit"])
      assert.ok(statSync(join(repository, file)).mode & 0o100);
    assert.match(read("docs/examples/pre-commit"), /^exec npm run -s lint$/m);
  });
});
