import assert from "node:assert/strict";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { github, jobOf, stepOf } from "./support/files.ts";
import { Machine, superuser } from "./support/machine.ts";
import { look, secret, tokens } from "./support/secrets.ts";

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
    const running = steps
      .map(({ run = "" }) => run.replaceAll(/\\\n\s*/g, ""))
      .filter((run) => /\b(npm|node) /.test(run));
    assert.equal(running.length, 2);
    for (const run of running) assert.match(run, /--chdir="\$REVIEWER_HOME\/base" ("[^"]+" |[A-Z]+=\w+ )+npm run -s /);
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
    beforeEach(() => {
      machine.remove();
      machine = new Machine(superuser);
      // As the set-up makes it.
      mkdirSync(join(machine.home, "reviewer/base"), { recursive: true });
      for (const folder of ["reviewer", "reviewer/base"]) chmodSync(join(machine.home, folder), 0o777);
    });

    /** Runs the step with a review that ends so. @returns its exit code and the words of its call */
    async function reviewed(accepted: string, code = 0) {
      const home = join(machine.home, "reviewer");
      machine.stub("git", 'echo "base of $*"');
      machine.stub(
        "npm",
        `printf '%s\\n' "$@" > "$HOME/called"; env > "$HOME/env"; ${look} > "$HOME/seen"; echo "# A verdict"; exit ${code}`,
      );
      writeFileSync(join(machine.home, "accepted"), accepted);
      const { run } = stepOf("review", "review", "Review");
      const env = {
        ...tokens,
        ...{ STACK: "s", BASE: "b", REVIEWER_HOME: home, AWS_SESSION_TOKEN: "three", PULUMI_CONFIG_PASSPHRASE: "" },
        RUNNER_TEMP: machine.home,
        GITHUB_STEP_SUMMARY: join(machine.home, "summary"),
      };
      const ended = await machine.run(run, env);
      return { ...ended, words: machine.left("reviewer/called").trim().split("\n") };
    }

    it("is by a base named by its hash, with each accepted hash", async () => {
      const { code, words, printed } = await reviewed(`${hash("a")}\n${hash("b")}\n`);
      assert.equal(code, 0, printed);
      assert.deepEqual(words, [
        ...["run", "-s", "review", "--", "s", "--head", "../head", "--base", "base of -C head merge-base HEAD b"],
        ...[`--accept=${hash("a")}`, `--accept=${hash("b")}`, "--format", "markdown"],
      ]);
      assert.equal(machine.left("work/review.md"), "# A verdict\n");
      assert.equal(machine.left("summary"), "# A verdict\n");
    });

    it("is made by a user who has the reviewer's credentials, and sees no token of GitHub in any process", async function () {
      await reviewed("");
      const env = machine.left("reviewer/env");
      assert.match(env, /^AWS_SESSION_TOKEN=three$/m);
      assert.match(env, /^PULUMI_CONFIG_PASSPHRASE=$/m);
      assert.doesNotMatch(env, /^(ACTIONS|GITHUB|CI|RUNNER)_/m);
      assert.doesNotMatch(env, new RegExp(secret));
      if (!machine.separatesUsers) this.skip();
      assert.equal(machine.left("reviewer/seen"), "");
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
