import { strict as assert } from "node:assert";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheDirectory } from "@metrics-link/release";
import { type Layout, layoutOf } from "@metrics-link/sandbox/model/layout.ts";
import { ofEachSide, sides } from "@metrics-link/sandbox/world/accounts.ts";
import { deployerEnvironment } from "@metrics-link/sandbox/world/environment.ts";
import { hostImage, refuseForgottenCloud } from "@metrics-link/sandbox/world/files.ts";
import { claim, release, runningWorld } from "@metrics-link/sandbox/world/instance.ts";
import { newSettings, readSettings, settingsFile, writeSettings } from "@metrics-link/sandbox/world/settings.ts";

describe("the files of a world", () => {
  let directory: string;
  let layout: Layout;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "metrics-link-world-"));
    layout = layoutOf(directory, "test", directory);
    mkdirSync(layout.directory, { recursive: true });
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  describe("the pid file", () => {
    let child: ChildProcess | undefined;
    /** A process whose command line is a world's, of this folder. */
    const pretend = (folder: string): number => {
      child = spawn(process.execPath, ["-e", "setTimeout(() => {}, 60_000)", "/x/world/main.ts", folder]);
      return child.pid ?? assert.fail("no process");
    };
    const note = (pid: number) => writeFileSync(layout.pidFile, `${pid}\n`);
    afterEach(() => child?.kill("SIGKILL"));

    it("identifies a world of this sandbox only", async () => {
      assert.equal(runningWorld(layout), undefined);
      note(process.pid);
      assert.equal(runningWorld(layout), undefined, "a process that is no world");
      note(pretend("/another/sandbox"));
      assert.equal(runningWorld(layout), undefined, "another sandbox's world");
      child?.kill("SIGKILL");
      const pid = pretend(layout.directory);
      note(pid);
      assert.equal(runningWorld(layout), pid);
    });

    it("prevents a second world, but not one after a crash", () => {
      note(pretend(layout.directory));
      assert.throws(() => claim(layout), /runs already: process \d+/);
      note(2 ** 22 + 1);
      claim(layout);
      release(layout);
      claim(layout);
    });
  });

  describe("settings", () => {
    it("are kept, readable by their owner only", () => {
      assert.equal(readSettings(layout), undefined);
      const settings = { ...newSettings(), frontPort: 4711 };
      writeSettings(layout, settings);
      assert.deepEqual(readSettings(layout), settings);
      assert.equal(statSync(settingsFile(layout)).mode & 0o077, 0);
    });

    it("are an error when damaged, not a new sandbox", () => {
      writeFileSync(settingsFile(layout), "{");
      assert.throws(() => readSettings(layout), /npm run -s sandbox -- down`, then up/);
    });

    it("have a seed of their own", () => assert.notEqual(newSettings().seed, newSettings().seed));
  });

  describe("the deployer's environment", () => {
    it("needs a sandbox that has been up", () => {
      assert.throws(() => deployerEnvironment(layout, "sender"), /has never been up; run: npm run -s sandbox -- up/);
    });

    it("points Pulumi and AWS's tools at the sandbox, pinned tools first", () => {
      const deployers = ofEachSide((side) => ({ accessKeyId: `AKI-${side}`, secretAccessKey: "secret" }));
      writeSettings(layout, { ...newSettings(), frontPort: 4711, deployers });
      for (const side of sides) {
        assert.equal(deployerEnvironment(layout, side).AWS_ACCESS_KEY_ID, `AKI-${side}`);
      }
      const once = deployerEnvironment(layout, "sender", { path: "/usr/bin" });
      assert.equal(once.AWS_ENDPOINT_URL, "http://127.0.0.1:4711");
      assert.equal(once.AWS_ACCESS_KEY_ID, "AKI-sender");
      assert.equal(once.METRICS_LINK_WORLD, layout.socket);
      assert.ok(once.PULUMI_BACKEND_URL?.startsWith(`file://${layout.backend}?`));
      assert.match(once.PATH ?? "", /^[^:]+\/bin:\/usr\/bin$/);
      assert.deepEqual(deployerEnvironment(layout, "sender", { path: once.PATH ?? "" }), once);
      const withPlugins = `${join(cacheDirectory(), "pulumi-plugins")}:/usr/bin`;
      assert.deepEqual(
        deployerEnvironment(layout, "sender", { path: withPlugins }),
        once,
        "official plugins would be taken first",
      );
    });
  });

  it("refuses to start with resources that the AWS API no longer has", () => {
    refuseForgottenCloud(layout);
    writeFileSync(layout.cloudFile, JSON.stringify({ resources: [] }));
    refuseForgottenCloud(layout);
    writeFileSync(layout.cloudFile, JSON.stringify({ resources: [{}, {}] }));
    assert.throws(
      () => refuseForgottenCloud(layout),
      /restart of the machine.*its 2 resources and the key.*sandbox -- down`.*then `npm start`/s,
    );
  });

  it("uses the image that set-up recorded", () => {
    assert.throws(() => hostImage(directory), /run npm run setup/);
    writeFileSync(join(directory, "toolchain.json"), JSON.stringify({ image: { root: "/images/debian" } }));
    assert.equal(hostImage(directory), "/images/debian");
  });
});
