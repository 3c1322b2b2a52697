import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { github, gitlab, jobOf, stepOf } from "./support/files.ts";
import { Machine } from "./support/machine.ts";

const expression = (text: string) => ["$", `{{ ${text} }}`].join("");
const hash = (digit: string) => digit.repeat(64);

describe("the workflow review.yaml", () => {
  const { on } = github("review");
  const { steps } = jobOf("review", "review");
  let machine: Machine;
  beforeEach(() => {
    machine = new Machine();
    mkdirSync(join(machine.work, "base"));
    machine.give(machine.home);
  });
  afterEach(() => machine.remove());

  it("reviews what goes to a branch that was reviewed, and again when the base changes", () => {
    assert.deepEqual(on, {
      pull_request: { branches: ["main"], types: ["opened", "synchronize", "reopened", "edited"] },
    });
  });

  it("judges by the base commit, and runs no script of the pull request", () => {
    const checkouts = steps.filter(({ uses }) => uses?.startsWith("actions/checkout@"));
    assert.deepEqual(
      checkouts.map((step) => [step.with.path, step.with.ref]),
      [
        ["base", expression("github.event.pull_request.base.sha")],
        ["head", expression("github.event.pull_request.head.sha")],
      ],
    );
    for (const { run = "", "working-directory": folder } of steps) {
      if (/\b(npm|node) /.test(run)) assert.equal(folder, "base", run);
    }
  });

  it("gives the token of GitHub to no step in which the pull request's program runs", () => {
    const withToken = steps.filter(({ env }) => "GH_TOKEN" in env).map(({ name }) => name);
    assert.deepEqual(withToken, ["Read acceptances"]);
    assert.ok(!("GH_TOKEN" in jobOf("review", "review").env));
    assert.deepEqual(jobOf("review", "comment").permissions, { "pull-requests": "write" });
    assert.ok(jobOf("review", "comment").steps.every(({ uses = "" }) => !uses.startsWith("actions/checkout@")));
  });

  it("fails for a fork instead of skipping, which would count as passed", async () => {
    assert.equal(jobOf("review", "review").if, undefined);
    const { run } = stepOf("review", "review", "Refuse a fork");
    const of = (repository: string) =>
      machine.run(run, { HEAD_REPOSITORY: repository, GITHUB_REPOSITORY: "organization/repository" });
    assert.equal((await of("organization/repository")).code, 0);
    for (const other of ["stranger/repository", "", "$(touch here)/repository"])
      assert.equal((await of(other)).code, 1);
  });

  describe("its acceptances", () => {
    const said = (login: string, state: string, digit: string, day = 1) => ({
      user: { login },
      state,
      submitted_at: `2026-11-0${day}T00:00:00Z`,
      body: `Read.\r\naccept: ${hash(digit)}\r\n`,
    });
    /** @returns the accepted hashes, from a GitHub with these reviews and people */
    async function accepted(reviews: readonly object[], permissions: Readonly<Record<string, string>>) {
      writeFileSync(join(machine.home, "reviews"), JSON.stringify([reviews.slice(0, 2), reviews.slice(2)]));
      for (const [login, permission] of Object.entries(permissions)) {
        writeFileSync(join(machine.home, login), permission);
      }
      const person = 'cat "$HOME/$(basename "$(dirname "$2")")"';
      machine.stub("gh", `case "$*" in *collaborators*) ${person} ;; *) cat "$HOME/reviews" ;; esac`);
      const { code, printed } = await machine.run(stepOf("review", "review", "Read acceptances").run, {
        ...{ NUMBER: "1", GITHUB_REPOSITORY: "o/r", RUNNER_TEMP: machine.home },
      });
      assert.equal(code, 0, printed);
      return machine.left("accepted").trim().split("\n");
    }

    it("count from approvals of people who may write", async () => {
      const reviews = [said("writer", "APPROVED", "a"), said("reader", "APPROVED", "b"), said("boss", "APPROVED", "c")];
      assert.deepEqual(await accepted(reviews, { writer: "write", reader: "read", boss: "admin" }), [
        hash("c"),
        hash("a"),
      ]);
    });

    it("are each person's last word, and may be none", async () => {
      const reviews = [
        said("one", "APPROVED", "a"),
        said("one", "CHANGES_REQUESTED", "a", 2),
        said("one", "COMMENTED", "b", 3),
      ];
      assert.deepEqual(await accepted(reviews, { one: "write" }), [""]);
      assert.deepEqual(await accepted([{ ...said("one", "APPROVED", "a"), body: null }], { one: "write" }), [""]);
      assert.deepEqual(await accepted([], {}), [""]);
    });
  });

  describe("its verdict", () => {
    /** Runs the step with a review that ends so. @returns its exit code and the words of its call */
    async function reviewed(accepted: string, code = 0) {
      machine.stub("git", 'echo "base of $*"');
      machine.stub("npm", `printf '%s\\n' "$@" > "$HOME/called"; echo "# A verdict"; exit ${code}`);
      writeFileSync(join(machine.home, "accepted"), accepted);
      const { run } = stepOf("review", "review", "Review");
      const env = {
        STACK: "s",
        BASE: "b",
        RUNNER_TEMP: machine.home,
        GITHUB_STEP_SUMMARY: join(machine.home, "summary"),
      };
      const ended = await machine.run(run, env, join(machine.work, "base"));
      return { ...ended, words: machine.left("called").trim().split("\n") };
    }

    it("is by a base named by its hash, with each accepted hash", async () => {
      const { code, words, printed } = await reviewed(`${hash("a")}\n${hash("b")}\n`);
      assert.equal(code, 0, printed);
      assert.deepEqual(words, [
        ...["run", "-s", "review", "--", "s", "--head", "../head", "--base", "base of -C ../head merge-base HEAD b"],
        ...[`--accept=${hash("a")}`, `--accept=${hash("b")}`, "--format", "markdown"],
      ]);
      assert.equal(machine.left("work/review.md"), "# A verdict\n");
      assert.equal(machine.left("summary"), "# A verdict\n");
    });

    it("ends the job, even at the start of a pipe", async () => {
      assert.equal((await reviewed("")).code, 0);
      for (const verdict of [1, 3]) assert.equal((await reviewed("", verdict)).code, verdict);
    });

    it("is said in the pull request, and so is that there was none", async () => {
      const { run } = stepOf("review", "comment", "Say it in the pull request");
      machine.stub("gh", 'printf "%s\\n" "$*" >> "$HOME/called"; [[ "$*" != *--edit-last* ]]');
      const { code, printed } = await machine.run(run, {
        NUMBER: "7",
        RESULT: "failure",
        RUN: "https://run",
        GITHUB_REPOSITORY: "o/r",
      });
      assert.equal(code, 0, printed);
      assert.match(machine.left("work/review.md"), /without a verdict \(failure\): https:\/\/run/);
      assert.match(machine.left("called"), /--edit-last.*\npr comment 7 --repo o\/r --body-file review\.md\n$/);
    });
  });

  it("becomes a reviewer whose credentials appear in no log", async () => {
    const credentials = { AccessKeyId: "one", SecretAccessKey: "two", SessionToken: "three" };
    machine.stub(
      "aws",
      `[[ "$*" == *"--source-identity metrics-link-review"* ]] && echo '${JSON.stringify(credentials)}'`,
    );
    const { run } = stepOf("review", "review", "Become the reviewer");
    const { code, printed } = await machine.run(run, { GITHUB_RUN_ID: "1", GITHUB_ENV: join(machine.home, "env") });
    assert.equal(code, 0, printed);
    assert.deepEqual(printed.trim().split("\n"), ["::add-mask::one", "::add-mask::two", "::add-mask::three"]);
    assert.equal(machine.left("env"), "AWS_ACCESS_KEY_ID=one\nAWS_SECRET_ACCESS_KEY=two\nAWS_SESSION_TOKEN=three\n");
  });
});

describe("the review in gitlab-ci.yaml", () => {
  let machine: Machine;
  let commit: string;
  const git = (folder: string, ...words: string[]) =>
    execFileSync(
      "git",
      ["-C", folder, "-c", "safe.directory=*", "-c", "user.name=t", "-c", "user.email=t@example.org", ...words],
      {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      },
    ).trim();

  beforeEach(() => {
    machine = new Machine();
    // A repository with a merge request, and the runner's clone of its default branch.
    const origin = join(machine.home, "origin");
    mkdirSync(origin);
    git(origin, "init", "--quiet", "--initial-branch=main");
    git(origin, "commit", "--quiet", "--allow-empty", "--message", "Reviewed");
    git(machine.home, "clone", "--quiet", origin, machine.work);
    writeFileSync(join(origin, "hostile"), "");
    git(origin, "add", "hostile");
    git(origin, "commit", "--quiet", "--message", "$(touch here)");
    git(origin, "update-ref", "refs/merge-requests/7/head", "HEAD");
    commit = git(origin, "rev-parse", "HEAD");
    git(origin, "reset", "--quiet", "--hard", "HEAD~1");
    machine.give(machine.home);
    machine.stub("apt-get", "");
    machine.stub("aws", `echo '{"AccessKeyId":"one","SecretAccessKey":"two","SessionToken":"three"}'`);
    machine.stub(
      "npm",
      'case "$*" in *setup*) ;; *) printf "%s\\n" "$@" > "$HOME/called"; env > "$HOME/env"; echo "# A verdict" ;; esac',
    );
  });
  afterEach(() => machine.remove());

  function reviewed(given: Readonly<Record<string, string>>) {
    const { before_script = [], script, variables } = gitlab().get("review") ?? { script: [] };
    return machine.run([...before_script, ...script].join("\n"), {
      ...variables,
      ...{ AWS_ID_TOKEN: "token", CI_JOB_NAME_SLUG: "review", CI_JOB_ID: "1", CI_JOB_TOKEN: "secret" },
      ...given,
    });
  }

  it("reviews the commit that somebody has read, as the reviewer, with no token of GitLab", async () => {
    const { code, printed } = await reviewed({
      MERGE_REQUEST: "7",
      COMMIT: commit,
      ACCEPT: `${hash("a")} ${hash("b")}`,
    });
    assert.equal(code, 0, printed);
    const words = machine.left("called").trim().split("\n");
    const head = words[words.indexOf("--head") + 1] ?? "";
    assert.equal(git(head, "rev-parse", "HEAD"), commit);
    assert.equal(words[words.indexOf("--base") + 1], git(machine.work, "rev-parse", "HEAD"));
    assert.deepEqual(
      words.filter((word) => word.startsWith("--accept")),
      [`--accept=${hash("a")}`, `--accept=${hash("b")}`],
    );
    const env = machine.left("env");
    assert.match(env, /^AWS_SESSION_TOKEN=three$/m);
    assert.doesNotMatch(env, /^(AWS_ID_TOKEN|AWS_ROLE_ARN|AWS_WEB_IDENTITY_TOKEN_FILE|CI_JOB_TOKEN)=/m);
    assert.equal(machine.left("work/review.md"), "# A verdict\n");
    assert.equal(machine.left("work/here"), "");
  });

  it("refuses another commit than the one that was read, and what is no number or no hash", async () => {
    const other = await reviewed({ MERGE_REQUEST: "7", COMMIT: hash("0").slice(24) });
    assert.deepEqual([other.code, machine.left("called")], [1, ""]);
    assert.match(other.printed, /the merge request is at [0-9a-f]{40}, and COMMIT, which you have read, is: 0{40}/);
    for (const given of [{ MERGE_REQUEST: "7/head:x" }, { ACCEPT: "--base=x" }]) {
      const { code } = await reviewed({ MERGE_REQUEST: "7", COMMIT: commit, ...given });
      assert.deepEqual([code, machine.left("called")], [2, ""]);
    }
  });
});
