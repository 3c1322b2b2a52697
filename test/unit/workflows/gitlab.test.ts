import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tool } from "../../support/tool.ts";
import { gitlab, gitlabFile } from "./support/files.ts";

const text = readFileSync(gitlabFile, "utf8");
const jobs = gitlab();

/** What GitLab's own schema of CI files, as check-jsonschema brings it, says of a text. */
function objections(content: string): string {
  const folder = mkdtempSync(join(tmpdir(), "gitlab-"));
  try {
    const file = join(folder, ".gitlab-ci.yml");
    writeFileSync(file, content);
    const words = ["-m", "check_jsonschema", "--builtin-schema", "vendor.gitlab-ci", file];
    const { status, stdout, error } = spawnSync(tool("check-jsonschema-python"), words, { encoding: "utf8" });
    if (error) throw error;
    return status === 0 ? "" : stdout;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe("the workflows in gitlab-ci.yaml", () => {
  it("pass GitLab's schema, which sees a wrong value and an unknown key", () => {
    assert.equal(objections(text), "");
    assert.notEqual(objections(text.replace("when: on_failure", "when: on_failing")), "");
    assert.notEqual(objections(text.replace("artifacts:\n    when", "artifact:\n    when")), "");
  });

  it("pass it like the repository's own .gitlab-ci.yml", () => {
    assert.equal(objections(readFileSync(join(import.meta.dirname, "../../../.gitlab-ci.yml"), "utf8")), "");
  });

  it("run on the default branch alone, in every job", () => {
    for (const [name, { rules }] of jobs) {
      assert.equal(rules.length, 1, name);
      for (const rule of rules) assert.match(rule.if, /&& \$CI_COMMIT_BRANCH == \$CI_DEFAULT_BRANCH$/, name);
    }
    assert.doesNotMatch(text, /merge_request_event/);
  });

  it("are started by a schedule, or the review by a person: no token of a job can start one", () => {
    for (const [name, { rules }] of jobs) {
      const source = name === "review" ? "web" : "schedule";
      assert.ok(rules[0]?.if.startsWith(`$CI_PIPELINE_SOURCE == "${source}" && `), name);
    }
  });

  it("have each a token for its own role alone, as the roles' page says", () => {
    const page = readFileSync(join(gitlabFile, "../README.md"), "utf8");
    for (const [name, { id_tokens, variables }] of jobs) {
      if (name === "tell") {
        assert.equal(id_tokens, undefined);
        continue;
      }
      const aud = `metrics-link-${name}`;
      assert.deepEqual(id_tokens, { AWS_ID_TOKEN: { aud } });
      const role = variables.ROLE?.split("/").at(-1);
      const row = page.split("\n").find((line) => line.startsWith(`| \`${role}\``) && line.includes("GitLab"));
      assert.ok(row?.includes(`\`aud\` \`${aud}\``), name);
    }
  });

  it("end in time, cut off no update, and tell somebody when a schedule failed", () => {
    for (const [name, { timeout = "" }] of jobs) assert.match(timeout, /^\d+ minutes$/, name);
    assert.match(text, /interruptible: false/);
    const { stage, rules } = jobs.get("tell") ?? { rules: [] };
    assert.deepEqual([stage, rules[0]?.when], [".post", "on_failure"]);
  });

  it("have scripts that shellcheck has nothing to say about", () => {
    for (const [name, { before_script = [], script }] of jobs) {
      // Variables of GitLab and of the file are those of the environment, in lower case are the script's own.
      execFileSync("shellcheck", ["--shell=bash", "--exclude=SC2154", "-"], {
        input: `${[...before_script, ...script].join("\n")}\n`,
        encoding: "utf8",
      });
      assert.ok(script.length > 0, name);
    }
  });
});
