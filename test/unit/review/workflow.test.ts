import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, string>>;
  readonly "working-directory"?: string;
}
interface Workflow {
  readonly on: string;
  readonly permissions: Record<string, string>;
  readonly defaults: { readonly run: { readonly shell: string } };
  readonly jobs: Record<string, { readonly environment: string; readonly steps: readonly Step[] }>;
}

const expression = (text: string) => ["$", `{{ ${text} }}`].join("");
const page = readFileSync(join(import.meta.dirname, "../../../docs/review.md"), "utf8");
const [, text = ""] = page.match(/^```yaml\n(name: review\n.*?)^```$/ms) ?? [];
const workflow = parse(text) as Workflow;
const steps = Object.values(workflow.jobs).flatMap((job) => job.steps);

describe("the workflow in docs/review.md", () => {
  it("gives no credentials to forks, and no job credentials that nobody let it have", () => {
    assert.equal(workflow.on, "pull_request");
    assert.deepEqual(workflow.permissions, { contents: "read", "id-token": "write", "pull-requests": "write" });
    for (const { environment } of Object.values(workflow.jobs)) assert.equal(environment, "review");
  });

  it("names other people's actions by their commit", () => {
    for (const { uses } of steps) if (uses !== undefined) assert.match(uses, /@[0-9a-f]{40}$/);
  });

  it("fails with the verdict: the shell hears of what a pipe begins with", () => {
    assert.equal(workflow.defaults.run.shell, "bash");
    assert.ok(steps.some(({ run }) => /^npm run -s review -- /m.test(run ?? "")));
  });

  it("judges by the base commit, and runs no script of the pull request", () => {
    const paths = steps.filter(({ uses }) => uses?.startsWith("actions/checkout@")).map((step) => step.with);
    assert.deepEqual(
      paths.map((found) => [found?.path, found?.ref]),
      [
        ["base", expression("github.event.pull_request.base.sha")],
        ["head", expression("github.event.pull_request.head.sha")],
      ],
    );
    for (const { run, "working-directory": folder } of steps) {
      if (/npm|node /.test(run ?? "") && !run?.startsWith("apt-get")) assert.equal(folder, "base", run);
    }
  });

  it("takes acceptances from approvals, which an author cannot give", () => {
    const text = steps.map(({ run }) => run ?? "").join("\n");
    assert.match(text, /select\(\.state == "APPROVED"/);
    assert.doesNotMatch(text, /issues\/.*comments/);
  });

  it("puts nothing of the pull request into a script's text", () => {
    for (const { run } of steps) assert.doesNotMatch(run ?? "", /\$\{\{/);
  });

  it("is scripts that a shell can read", () => {
    for (const { run } of steps) if (run !== undefined) execFileSync("bash", ["-n"], { input: run });
  });
});
