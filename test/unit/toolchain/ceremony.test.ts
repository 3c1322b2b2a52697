import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { artifactNames } from "@metrics-link/contract";
import { deploymentInPlace } from "../../../scripts/toolchain/deployment.mjs";
import { cacheFolder, layout as layoutOf } from "../../../scripts/toolchain/paths.mjs";
import { tool } from "../../support/tool.ts";
import { Copy } from "../recipes/copy.ts";
import { type Contents, pinsAt } from "./support/checkout.ts";
import { Upstream } from "./support/upstream.ts";

const run = promisify(execFile);

/** What `npm run setup -- --deploy` made on this machine, from the upstreams themselves. */
const official = deploymentInPlace(layoutOf(cacheFolder()));
const plugins = official ? "the official plugins" : "the sandbox's plugins, packed as if they were the official ones";

describe(`the ceremony with a set-up for deployments alone, by ${plugins}`, () => {
  const folder = mkdtempSync(join(tmpdir(), "metrics-link-ceremony-"));
  const upstream = new Upstream(join(folder, "upstream"));
  const cache = official ? cacheFolder() : join(folder, "cache");
  const medium = join(folder, "medium");
  const another = join(folder, "another");
  const environment = { HOME: folder, PATH: "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", METRICS_LINK_CACHE: cache };
  let copy: Copy;

  before(async () => {
    copy = new Copy();
    await upstream.start();
    for (const one of [medium, another]) mkdirSync(one);
    cpSync(join(copy.directory, "stacks/examples/sender.yaml"), join(copy.directory, "stacks/Pulumi.offline.yaml"));
    writeFileSync(join(folder, "passphrase"), "correct horse battery staple");
    if (official) return;
    writeFileSync(join(copy.directory, "tools.json"), JSON.stringify(pinsAt(upstream, contentsOf)));
    // Not waiting with all of this process: it answers as the upstream meanwhile.
    await run(process.execPath, ["scripts/setup.mjs", "--deploy"], { cwd: copy.directory, env: environment });
  });
  after(() => {
    upstream.stop();
    copy.remove();
    rmSync(folder, { recursive: true });
  });

  /** What the download of a tool has: the real tool, as far as this machine has it. */
  function contentsOf(name: string, paths: readonly string[]): Contents {
    const standIn = (plugin: string) => ({
      text: `#!/bin/sh\nexec node '${join(copy.directory, "packages/sandbox/plugins/bin/start.mjs")}' ${plugin} "$@"\n`,
    });
    const [path = ""] = paths;
    if (name === "node") return { [path]: { file: process.execPath } };
    if (name === "pulumi") {
      return { [path]: { file: tool("pulumi") }, "pulumi/pulumi-language-nodejs": standIn("language-nodejs") };
    }
    if (name === "tls" || name === "command") return { [path]: standIn(name) };
    const version = { prometheus: "3.13.5", pnpm: "12.21.0" }[name] ?? "not run here";
    return Object.fromEntries(paths.map((one) => [one, { text: `#!/bin/sh\necho ${version}\n` }]));
  }

  /** In a network namespace that has nothing but its own loopback, as a machine without a cable. */
  function offline(...command: readonly string[]) {
    const words = ["--net", "sh", "-c", 'ip link set lo up && exec "$@"', "offline", process.execPath, ...command];
    const { status, stdout, stderr } = spawnSync("unshare", words, {
      cwd: copy.directory,
      env: environment,
      encoding: "utf8",
    });
    return { status, said: stdout + stderr };
  }

  const init = (at: string) => [
    ...["ceremony", "init", "--stack", "offline", "--medium", at],
    ...["--passphrase-file", join(folder, "passphrase"), "--yes"],
  ];

  it("makes a root without a network", () => {
    const { status, said } = offline("scripts/link.mjs", ...init(medium));
    assert.equal(status, 0, said);
    const root = join(copy.directory, "pki/account-a", artifactNames.root(1));
    assert.match(readFileSync(root, "utf8"), /BEGIN CERTIFICATE/);
    const used = join(cache, "pulumi-plugins/pulumi-resource-tls");
    assert.ok(existsSync(used), "the plugin is not the one of the set-up");
  });

  it("asks nobody for a plugin that is not there", () => {
    if (official) return;
    rmSync(join(cache, "pulumi-plugins/pulumi-resource-tls"));
    const { status, said } = offline("scripts/with-toolchain.mjs", "node", "scripts/link.ts", ...init(another));
    assert.notEqual(status, 0);
    assert.match(said, /no resource plugin 'pulumi-resource-tls'/);
    assert.match(said, /npm run setup -- --deploy/);
    assert.doesNotMatch(said, /get\.pulumi\.com|error downloading/i);
  });
});
