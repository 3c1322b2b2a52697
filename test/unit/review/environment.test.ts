import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { forInstalling, forPreviewing } from "../../../scripts/review/environment.ts";
import { preview } from "../../../scripts/review/preview.ts";

/** What a pipeline has beside it, and a program under review must not. */
const ofPipelines = [
  ...["ACTIONS_ID_TOKEN_REQUEST_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_RUNTIME_TOKEN", "ACTIONS_CACHE_URL"],
  ...["GITHUB_TOKEN", "GH_TOKEN", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "RUNNER_TEMP"],
  ...["AWS_ID_TOKEN", "CI_JOB_TOKEN", "CI_REPOSITORY_URL", "CI_REGISTRY_PASSWORD", "TELL_URL", "SSH_AUTH_SOCK"],
  ...["NPM_TOKEN", "X_PULUMI_ACCESS_TOKEN", "AWS_ACCESS_KEY_ID_OTHER", "A_TOKEN_OF_TOMORROW"],
];
const tokens = Object.fromEntries(ofPipelines.map((name) => [name, "stolen"]));

describe("the environment of a program under review", () => {
  it("has no token of a pipeline, and what Pulumi, Node, AWS and proxies need", () => {
    const needed = {
      ...{ PATH: "p", HOME: "h", METRICS_LINK_CACHE: "c", NODE_EXTRA_CA_CERTS: "n", https_proxy: "x", NO_PROXY: "x" },
      ...{ PULUMI_BACKEND_URL: "s3://state", PULUMI_CONFIG_PASSPHRASE: "", AWS_REGION: "r", AWS_PROFILE: "reviewer" },
      ...{ AWS_ACCESS_KEY_ID: "1", AWS_SECRET_ACCESS_KEY: "2", AWS_SESSION_TOKEN: "3", AWS_ENDPOINT_URL_S3: "u" },
    };
    assert.deepEqual(forPreviewing({ ...tokens, ...needed }), needed);
    const { PATH, HOME, METRICS_LINK_CACHE, NODE_EXTRA_CA_CERTS, https_proxy, NO_PROXY } = needed;
    assert.deepEqual(forInstalling({ ...tokens, ...needed }), {
      ...{ PATH, HOME, METRICS_LINK_CACHE, NODE_EXTRA_CA_CERTS, https_proxy, NO_PROXY },
    });
  });

  it("is that of a real preview", async () => {
    const folder = mkdtempSync(join(tmpdir(), "preview-"));
    try {
      const [project, backend, seen] = [join(folder, "project"), join(folder, "state"), join(folder, "seen")];
      for (const path of [project, backend]) mkdirSync(path);
      symlinkSync(join(import.meta.dirname, "../../../node_modules"), join(project, "node_modules"));
      writeFileSync(join(project, "package.json"), "{}");
      writeFileSync(join(project, "Pulumi.yaml"), "name: seen\nruntime: nodejs\nmain: index.cjs\n");
      const code = `require("node:fs").writeFileSync(${JSON.stringify(seen)}, JSON.stringify(process.env));\n`;
      writeFileSync(join(project, "index.cjs"), code);
      const environment = {
        ...{ ...process.env, ...tokens },
        ...{ PULUMI_BACKEND_URL: `file://${backend}`, PULUMI_CONFIG_PASSPHRASE: "", PULUMI_HOME: join(folder, "home") },
        PULUMI_SKIP_UPDATE_CHECK: "true",
      };
      execFileSync("pulumi", ["stack", "init", "one"], { cwd: project, env: environment, stdio: "ignore" });
      const { record } = await preview({ stack: "one", project, environment });
      assert.ok(existsSync(seen), JSON.stringify(record));
      const got = z.record(z.string(), z.string()).parse(JSON.parse(readFileSync(seen, "utf8")));
      assert.equal(got.PULUMI_CONFIG_PASSPHRASE, "");
      assert.deepEqual(
        Object.keys(got).filter((name) => name in tokens),
        [],
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  }).timeout(60_000);
});
