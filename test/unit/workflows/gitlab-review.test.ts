import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gitlab } from "./support/files.ts";
import { Machine, superuser } from "./support/machine.ts";
import { look, secret, tokens } from "./support/secrets.ts";

const hash = (digit: string) => digit.repeat(64);

describe("the review in gitlab-ci.yaml", () => {
  let machine: Machine;
  let commit: string;
  let seen: string;
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
    machine = new Machine(superuser);
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
    // The runner's clone has the token of the job in its settings, and anybody may read it.
    git(machine.work, "config", "http.extraHeader", secret);
    machine.give(machine.home);
    seen = join(machine.home, "seen");
    mkdirSync(seen);
    chmodSync(seen, 0o777);
    machine.stub("apt-get", "");
    machine.stub(
      "aws",
      `${look} > ${seen}/by-root; cat "$AWS_WEB_IDENTITY_TOKEN_FILE" > ${seen}/id-token
      echo "$AWS_ROLE_ARN $*" > ${seen}/assumed; echo '{"AccessKeyId":"one","SecretAccessKey":"two","SessionToken":"three"}'`,
    );
    machine.stub(
      "npm",
      `what=review; case "$*" in *setup*) what=setup ;; esac
      printf '%s\\n' "$@" > ${seen}/$what-called; env > ${seen}/$what-env
      { ${look}; grep -r --exclude-dir=seen ${secret} ${machine.home} 2> /dev/null; } > ${seen}/$what-found
      [ $what = setup ] || { git -C "$HOME/head" rev-parse HEAD > ${seen}/head; echo "# A verdict"; }`,
    );
  });
  afterEach(() => machine.remove());

  function reviewed(given: Readonly<Record<string, string>>) {
    const { before_script = [], script, variables } = gitlab().get("review") ?? { script: [] };
    return machine.run([...before_script, ...script].join("\n"), {
      ...variables,
      ...tokens,
      ...{ CI_JOB_NAME_SLUG: "review", CI_JOB_ID: "1", CI_PROJECT_DIR: machine.work },
      ...given,
    });
  }

  const ofReviewed = () => ({ MERGE_REQUEST: "7", COMMIT: commit, ACCEPT: `${hash("a")} ${hash("b")}` });

  it("reviews the commit that somebody has read", async () => {
    const { code, printed } = await reviewed(ofReviewed());
    assert.equal(code, 0, printed);
    const words = machine.left("seen/review-called").trim().split("\n");
    assert.equal(machine.left("seen/head").trim(), commit);
    assert.equal(words[words.indexOf("--base") + 1], git(machine.work, "rev-parse", "HEAD"));
    assert.deepEqual(
      words.filter((word) => word.startsWith("--accept")),
      [`--accept=${hash("a")}`, `--accept=${hash("b")}`],
    );
    assert.equal(machine.left("work/review.md"), "# A verdict\n");
    assert.equal(machine.left("work/here"), "");
  });

  it("becomes the reviewer after the set-up, with the token of the job", async () => {
    await reviewed(ofReviewed());
    assert.equal(machine.left("seen/id-token"), tokens.AWS_ID_TOKEN);
    assert.match(
      machine.left("seen/assumed"),
      /^\S+\/metrics-link-review-entry sts assume-role --role-arn \S+\/metrics-link-review .*--source-identity metrics-link-review /,
    );
    assert.doesNotMatch(machine.left("seen/setup-env"), /^AWS_(ACCESS|SECRET|SESSION|WEB|ROLE)/m);
    const env = machine.left("seen/review-env");
    for (const line of ["AWS_ACCESS_KEY_ID=one", "AWS_SECRET_ACCESS_KEY=two", "AWS_SESSION_TOKEN=three"])
      assert.ok(env.split("\n").includes(line), line);
    assert.match(env, /^PULUMI_CONFIG_PASSPHRASE=$/m);
  });

  it("shows no token of GitLab to set-up and program: in their environment, in that of any process, in a file", async function () {
    await reviewed(ofReviewed());
    for (const what of ["setup", "review"]) {
      const env = machine.left(`seen/${what}-env`);
      assert.match(env, /^HOME=/m);
      assert.doesNotMatch(env, new RegExp(`${secret}|^(CI_|AWS_ROLE_ARN|AWS_WEB_IDENTITY_TOKEN_FILE)`, "m"));
    }
    if (!machine.separatesUsers) this.skip();
    // Root does see them, so they were there to be seen.
    for (const name of ["AWS_ID_TOKEN", "CI_JOB_TOKEN", "CI_REPOSITORY_URL"])
      assert.ok(machine.left("seen/by-root").includes(`${name}=${secret}`), name);
    for (const what of ["setup", "review"]) assert.equal(machine.left(`seen/${what}-found`), "", what);
  });

  it("refuses another commit than the one that was read, and what is no number or no hash", async () => {
    const other = await reviewed({ MERGE_REQUEST: "7", COMMIT: hash("0").slice(24) });
    assert.deepEqual([other.code, machine.left("seen/review-called")], [1, ""]);
    assert.match(other.printed, /the merge request is at [0-9a-f]{40}, and COMMIT, which you have read, is: 0{40}/);
    for (const given of [{ MERGE_REQUEST: "7/head:x" }, { ACCEPT: "--base=x" }]) {
      const { code } = await reviewed({ MERGE_REQUEST: "7", COMMIT: commit, ...given });
      assert.deepEqual([code, machine.left("seen/review-called")], [2, ""]);
    }
  });
});
