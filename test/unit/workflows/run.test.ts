import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadPins, type Pins } from "../../../scripts/toolchain/pins.mjs";
import { checkout, pinsAt } from "../toolchain/support/checkout.ts";
import { Upstream } from "../toolchain/support/upstream.ts";
import { type GitlabJob, gitlab, jobOf, type Step, stepOf } from "./support/files.ts";
import { Machine, superuser } from "./support/machine.ts";

/** A tool that a set-up downloads: it says its version, and otherwise writes down how it is called, and ends as it is told. */
const recorder = (name: string, version: string) => `#!/bin/sh
if [ "$#" -eq 1 ]; then echo v${version}; exit; fi
printf '%s\\n' "$@" > "$HOME/${name}-called"
env > "$HOME/${name}-environment"
exit "$(cat "$HOME/ends-with" 2> /dev/null || echo 0)"
`;

const update = ["up", "--stack", "production-sender", "--policy-pack", "packages/policy", "--yes", "--non-interactive"];
const audit = ["audit", "--stack", "production-sender", "--out", "audit.html", "--tell"];
const review = ["review", "production-receiver", "--head", "../head", "--base", "0123", "--format", "markdown"];

describe("the workflows, run by an ordinary user from the set-up on", () => {
  let machine: Machine;
  let upstream: Upstream;
  let pins: Pins;

  before(async () => {
    upstream = new Upstream(mkdtempSync(join(tmpdir(), "metrics-link-upstream-")));
    await upstream.start();
    const versions = { ...loadPins().tools, ...loadPins().pulumiPlugins };
    pins = pinsAt(upstream, (name, paths) => {
      const all = name === "pulumi" ? [...paths, "pulumi/pulumi-language-nodejs"] : paths;
      const text = recorder(name, versions[name]?.version ?? "");
      return Object.fromEntries(all.map((path) => [path, { text }]));
    });
  });
  after(() => {
    upstream.stop();
    rmSync(upstream.folder, { recursive: true });
  });
  afterEach(() => machine.remove());
  beforeEach(() => {
    machine = new Machine();
    machine.stub("apt-get", "");
  });

  function lay(folder: string) {
    checkout(folder, pins);
    machine.give(machine.home);
  }

  /** Runs the named steps of a job one after the other, as a runner does, until one fails. */
  async function runSteps(workflow: string, job: string, ...names: string[]) {
    let code: number | null = 0;
    for (const name of names) {
      if (code !== 0) break;
      const step: Step & { run: string } = stepOf(workflow, job, name);
      const env = { ...jobOf(workflow, job).env, ...step.env, ...runner() };
      const ended = await machine.run(step.run, env, join(machine.work, step["working-directory"] ?? "."));
      code = ended.code;
      if (name === "Set up") assert.equal(code, 0, ended.printed);
    }
    return code;
  }
  const runner = () => ({
    ...{ GITHUB_REPOSITORY: "organization/repository", RUNNER_TEMP: machine.home },
    ...{ GITHUB_STEP_SUMMARY: join(machine.home, "summary"), GH_TOKEN: "token" },
    REVIEWER_HOME: join(machine.home, "reviewer"),
  });
  const ends = (code: number) => writeFileSync(join(machine.home, "ends-with"), `${code}\n`);
  const called = (name: string) => machine.left(`${name}-called`).trim().split("\n");
  const environment = (name: string) => machine.left(`${name}-environment`);

  function runJob({ before_script = [], script, variables }: GitlabJob, given: NodeJS.ProcessEnv = {}) {
    const ofGitlab = { AWS_ID_TOKEN: "token", CI_JOB_NAME_SLUG: "job", CI_JOB_ID: "1" };
    return machine.run([...before_script, ...script].join("\n"), { ...variables, ...ofGitlab, ...given });
  }
  function gitlabJob(name: string): GitlabJob {
    const found = gitlab().get(name);
    if (found === undefined) throw new Error(`gitlab-ci.yaml has no job ${name}`);
    return found;
  }

  it("renew a leaf in GitHub: an update with the policy pack, which no plugin of another origin takes part in", async () => {
    lay(machine.work);
    assert.equal(await runSteps("renew", "renew", "Set up", "Update"), 0);
    assert.deepEqual(called("pulumi"), update);
    assert.match(environment("pulumi"), /^PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION=true$/m);
    assert.match(environment("pulumi"), /^PULUMI_CONFIG_PASSPHRASE=$/m);
    ends(255);
    assert.equal(await runSteps("renew", "renew", "Update"), 255);
  });

  it("audit in GitHub, and fail with findings and with what is not known", async () => {
    lay(machine.work);
    assert.equal(await runSteps("audit", "audit", "Set up", "Audit"), 0);
    assert.deepEqual(called("node").slice(-audit.length), audit);
    for (const code of [1, 3]) {
      ends(code);
      assert.equal(await runSteps("audit", "audit", "Audit"), code);
    }
  });

  it("review in GitHub, with the base's set-up", async () => {
    machine.remove();
    machine = new Machine(superuser);
    mkdirSync(join(machine.work, "head"));
    lay(join(machine.work, "base"));
    machine.stub("git", "echo 0123");
    writeFileSync(join(machine.home, "accepted"), "");
    assert.equal(await runSteps("review", "review", "Set up", "Review"), 0);
    assert.deepEqual(machine.left("reviewer/node-called").trim().split("\n").slice(-review.length), review);
  });

  it("do the same in GitLab, with a role that every AWS SDK takes from the environment", async () => {
    lay(machine.work);
    const renewed = await runJob(gitlabJob("renew"));
    assert.equal(renewed.code, 0, renewed.printed);
    assert.deepEqual(called("pulumi"), update);
    const [, file = ""] = /^AWS_WEB_IDENTITY_TOKEN_FILE=(.*)$/m.exec(environment("pulumi")) ?? [];
    assert.equal(machine.left(file.slice(machine.home.length)), "token");
    assert.match(environment("pulumi"), /^AWS_ROLE_ARN=arn:aws:iam::111111111111:role\/metrics-link-renew$/m);
    assert.doesNotMatch(environment("pulumi"), /^AWS_ID_TOKEN=/m);
    ends(3);
    assert.equal((await runJob(gitlabJob("audit"))).code, 3);
    assert.deepEqual(called("node").slice(-audit.length), audit);
  });

  for (const [workflow, alerts] of [
    ["renew", /LeafRenewalOverdue below nine days, LeafExpiring below three/],
    ["audit", /AuditOverdue fires two days after/],
  ] as const) {
    it(`tell somebody in GitHub when ${workflow} failed on a Sunday: an issue once, then a comment in it`, async () => {
      const issue = (list: string) =>
        machine.stub("gh", `if [ "$2" = list ]; then echo '${list}'; else printf '%s\\n' "$@" > "$HOME/gh-called"; fi`);
      issue("");
      assert.equal(await runSteps(workflow, "tell", "Tell somebody"), 0);
      assert.deepEqual(called("gh").slice(0, 2), ["issue", "create"]);
      assert.ok(called("gh").includes("ON-CALL"));
      assert.match(machine.left("message"), alerts);
      issue("12");
      assert.equal(await runSteps(workflow, "tell", "Tell somebody"), 0);
      assert.deepEqual(called("gh").slice(0, 3), ["issue", "comment", "12"]);
      machine.stub("gh", "exit 1");
      assert.equal(await runSteps(workflow, "tell", "Tell somebody"), 1, "nobody was told, and the job passed");
    });
  }

  it("tell somebody in GitLab, and fail when nobody could be told", async () => {
    const url = { TELL_URL: "https://chat.example/hook", CI_PIPELINE_URL: 'https://gitlab.example/"1"' };
    machine.stub("curl", 'cat > "$HOME/told"; printf "%s\\n" "$@" > "$HOME/curl-called"');
    for (const [METRICS_LINK, alert] of [
      ["renew", /LeafRenewalOverdue/],
      ["audit", /AuditOverdue/],
    ] as const) {
      const { code, printed } = await runJob(gitlabJob("tell"), { ...url, METRICS_LINK });
      assert.equal(code, 0, printed);
      const { text } = JSON.parse(machine.left("told")) as { text: string };
      assert.match(text, alert);
      assert.ok(text.endsWith(url.CI_PIPELINE_URL));
    }
    assert.equal(called("curl").at(-1), url.TELL_URL);
    machine.stub("curl", "cat > /dev/null; exit 22");
    assert.equal((await runJob(gitlabJob("tell"), { ...url, METRICS_LINK: "renew" })).code, 22);
  });
});

describe("the commands of the workflows", () => {
  const repository = join(import.meta.dirname, "../../..");
  const called = (cwd: string, program: string, ...words: string[]) => {
    const call = [join(repository, "scripts/with-toolchain.mjs"), program, ...words];
    const { stdout, stderr } = spawnSync("node", call, { cwd, encoding: "utf8" });
    return `${stdout}${stderr}`;
  };

  // The stand-ins above take any word. These are asked about a stack that is not there, and get that far.
  it("are ones that audit, review and Pulumi know", () => {
    assert.match(called(repository, "node", "scripts/link.ts", ...audit), /no stack is called production-sender/);
    const here = review.map((word) => (word === "../head" ? "." : word));
    assert.match(called(repository, "node", "scripts/link.ts", ...here), /no stack is called production-receiver/);
    assert.match(called(tmpdir(), "pulumi", ...update), /no Pulumi\.yaml project file found/);
    assert.match(called(tmpdir(), "pulumi", ...update, "--told"), /unknown flag: --told/);
  }).timeout(180_000);
});
