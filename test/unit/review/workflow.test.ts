import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
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
  it("gives no credentials to forks, and to jobs only the declared ones", () => {
    assert.equal(workflow.on, "pull_request");
    assert.deepEqual(workflow.permissions, { contents: "read", "id-token": "write", "pull-requests": "write" });
    for (const { environment } of Object.values(workflow.jobs)) assert.equal(environment, "review");
  });

  it("pins third-party actions by commit", () => {
    for (const { uses } of steps) if (uses !== undefined) assert.match(uses, /@[0-9a-f]{40}$/);
  });

  it("fails with the verdict, even at the start of a pipe", () => {
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

  describe("its review, with a GitHub that answers", () => {
    const hash = (digit: string) => digit.repeat(64);
    const at = (day: number) => `2026-11-0${day}T00:00:00Z`;
    const said = (login: string, state: string, digit: string, day = 1) => ({
      ...{ user: { login }, state, submitted_at: at(day), author_association: "MEMBER" },
      body: `Read.\r\naccept: ${hash(digit)}\r\n`,
    });
    /** @returns the words of the call of the review */
    function called(reviews: readonly object[], permissions: Readonly<Record<string, string>>): string[] {
      const bin = join(mkdtempSync(join(tmpdir(), "workflow-")), "base");
      mkdirSync(bin);
      const stub = (name: string, script: string) =>
        writeFileSync(join(bin, name), `#!/bin/bash\n${script}`, { mode: 0o755 });
      try {
        writeFileSync(join(bin, "reviews"), JSON.stringify([reviews.slice(0, 2), reviews.slice(2)]));
        for (const [login, permission] of Object.entries(permissions)) writeFileSync(join(bin, login), permission);
        const answer = `case "$*" in *collaborators*) login="\${2%/permission}"; cat "${bin}/\${login##*/}";; *) cat ${bin}/reviews;; esac`;
        stub("gh", answer);
        stub("git", 'echo "base of $*"');
        stub("npm", `printf '%s\\n' "$@" > ${bin}/called`);
        const script = steps.find(({ run }) => /npm run -s review/.test(run ?? ""))?.run ?? "";
        execFileSync("bash", ["-e", "-o", "pipefail", "-c", script], {
          cwd: bin,
          env: {
            ...{ PATH: `${bin}:${process.env.PATH}`, STACK: "s", NUMBER: "1", BASE: "b", GITHUB_REPOSITORY: "o/r" },
            GITHUB_STEP_SUMMARY: join(bin, "summary"),
          },
        });
        return readFileSync(join(bin, "called"), "utf8").trim().split("\n");
      } finally {
        rmSync(dirname(bin), { recursive: true });
      }
    }
    const accepted = (words: readonly string[]) => words.filter((word) => word.startsWith("--accept"));

    it("counts approvals only from people who may write", () => {
      const reviews = [said("writer", "APPROVED", "a"), said("reader", "APPROVED", "b"), said("boss", "APPROVED", "c")];
      const words = called(reviews, { writer: "write", reader: "read", boss: "admin" });
      assert.deepEqual(accepted(words), [`--accept=${hash("c")}`, `--accept=${hash("a")}`]);
    });

    it("counts each person's latest review", () => {
      const reviews = [
        said("one", "APPROVED", "a"),
        said("one", "CHANGES_REQUESTED", "a", 2),
        said("one", "COMMENTED", "b", 3),
      ];
      assert.deepEqual(accepted(called(reviews, { one: "write" })), []);
      assert.deepEqual(accepted(called([], {})), []);
    });

    it("compares with a commit by its hash", () => {
      const words = called([], {});
      assert.equal(words[words.indexOf("--base") + 1], "base of -C ../head merge-base HEAD b");
    });
  });

  it("puts no text of the pull request into a script", () => {
    for (const { run } of steps) assert.doesNotMatch(run ?? "", /\$\{\{/);
  });

  it("has scripts that a shell can parse", () => {
    for (const { run } of steps) if (run !== undefined) execFileSync("bash", ["-n"], { input: run });
  });
});
