import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Deployment, findDeploymentProblems, wantedFor } from "../../../scripts/toolchain/deployment.mjs";
import { toolchainEnvironment } from "../../../scripts/toolchain/packages.mjs";
import { layout as layoutOf } from "../../../scripts/toolchain/paths.mjs";
import { loadPins, type Pins } from "../../../scripts/toolchain/pins.mjs";
import { checkout, pinsAt } from "./support/checkout.ts";
import { Upstream } from "./support/upstream.ts";

/** Debian's `nobody`: neither root nor anybody's file. */
const ordinary = 65534;

describe("npm run setup -- --deploy", () => {
  const folder = mkdtempSync(join(tmpdir(), "metrics-link-deploy-"));
  const upstream = new Upstream(join(folder, "upstream"));
  let pins: Pins;
  let tries = 0;

  const node = join(folder, "node");

  before(async () => {
    chmodSync(folder, 0o755);
    // Root's own tools are not for everybody's eyes.
    copyFileSync(process.execPath, node);
    await upstream.start();
    pins = pinsAt(upstream, (name, paths) => {
      const version = { ...loadPins().tools, ...loadPins().pulumiPlugins }[name]?.version;
      const more = name === "pulumi" ? ["pulumi/pulumi-language-nodejs"] : [];
      return Object.fromEntries([...paths, ...more].map((path) => [path, { text: `#!/bin/sh\necho v${version}\n` }]));
    });
  });
  beforeEach(() => {
    upstream.faults.clear();
    upstream.asked.length = 0;
  });
  after(() => {
    upstream.stop();
    rmSync(folder, { recursive: true });
  });

  /** A new home of an ordinary user, with a checkout of its own. */
  function user(changed: Pins = pins) {
    const home = mkdtempSync(join(folder, `user-${tries++}-`));
    chownSync(home, ordinary, ordinary);
    chmodSync(home, 0o755);
    const repository = checkout(join(home, "metrics-link"), changed);
    const cache = layoutOf(join(home, ".cache/metrics-link"));
    const setUp = (more: NodeJS.ProcessEnv = {}, words = ["--deploy"]) => {
      const child = spawn(node, ["scripts/setup.mjs", ...words], {
        cwd: repository,
        // Nothing of the toolchain that runs this test.
        env: { HOME: home, PATH: "/usr/local/bin:/usr/bin:/bin", ...more },
        ...(process.getuid?.() === 0 ? { uid: ordinary, gid: ordinary } : {}),
        stdio: ["ignore", "pipe", "pipe"],
      });
      let said = "";
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding("utf8").on("data", (text: string) => {
          said += text;
        });
      }
      return new Promise<{ code: number | null; said: string }>((done, failed) => {
        child.on("error", failed);
        child.on("close", (code) => done({ code, said }));
      });
    };
    const made = () => JSON.parse(readFileSync(cache.deployment, "utf8")) as Deployment;
    return { cache, setUp, made };
  }

  it("says its usage, and does nothing else, for --help and for an option that it does not have", async () => {
    const { cache, setUp } = user();
    for (const [word, expected] of [["--help", 0] as const, ["--deployment", 2] as const]) {
      const { code, said } = await setUp({}, [word]);
      assert.equal(code, expected, said);
      assert.match(said, /^Usage: npm run setup -- /m);
    }
    assert.equal(existsSync(cache.cache), false);
    assert.deepEqual(upstream.asked, []);
  });

  it("puts everything into an ordinary user's cache, and finds it there the next time", async () => {
    const { cache, setUp, made } = user();
    const { code, said } = await setUp();
    assert.equal(code, 0, said);
    if (process.getuid?.() === 0) assert.equal(lstatSync(cache.deployment).uid, ordinary);
    assert.deepEqual(readdirSync(cache.bin).sort(), ["node", "pnpm", "promtool", "pulumi"]);
    assert.deepEqual(
      readdirSync(cache.plugins).sort(),
      ["aws", "command", "tls"].map((name) => `pulumi-resource-${name}`),
    );
    for (const [name, { source, sha256 }] of Object.entries(made().plugins)) {
      assert.deepEqual([source, sha256], ["official", pins.pulumiPlugins[name]?.officialSha256]);
    }
    assert.match(said, /in place for deployments: .*tls 5\.6\.1 \(official\)/);
    const asked = upstream.asked.length;
    const again = await setUp();
    assert.equal(again.code, 0, again.said);
    assert.equal(upstream.asked.length, asked, "it was fetched again");
  });

  it("fetches what hosts and this machine both need once, and unpacks no more than this machine runs", async () => {
    const { cache, setUp, made } = user();
    const { code, said } = await setUp();
    assert.equal(code, 0, said);
    assert.deepEqual(upstream.asked.filter((url) => url.endsWith("prometheus.tar.gz")).length, 1);
    const { promtool = "" } = made().tools.prometheus?.executables ?? {};
    assert.deepEqual(readdirSync(join(promtool, "..")), ["promtool"]);
    const pulumi = readdirSync(join(made().tools.pulumi?.path ?? "", "..")).sort();
    assert.deepEqual(pulumi, ["pulumi", "pulumi-language-nodejs"]);
    const index = JSON.parse(readFileSync(cache.artifactIndex, "utf8")) as { name: string; sha256: string }[];
    assert.deepEqual(
      index.map(({ name, sha256 }) => [name, sha256]),
      ["node", "prometheus"].map((name) => [name, pins.tools[name]?.officialSha256]),
    );
  });

  it("stops at a download with another hash, says both hashes, and puts nothing of it on PATH", async () => {
    const { tls } = pins.pulumiPlugins;
    assert.ok(tls);
    const wrong = {
      ...pins,
      pulumiPlugins: { ...pins.pulumiPlugins, tls: { ...tls, officialSha256: "0".repeat(64) } },
    };
    const { cache, setUp } = user(wrong);
    const { code, said } = await setUp();
    assert.equal(code, 1, said);
    assert.match(
      said,
      /pulumi-resource-tls 5\.6\.1 failed: .*has SHA-256 [0-9a-f]{64}, tools\.json pins 0{64}: it is not used/,
    );
    assert.ok(!existsSync(join(cache.plugins, "pulumi-resource-tls")));
    assert.ok(!existsSync(cache.deployment));
  });

  it("stops at a download that is not there, says so, and goes on from there when it is", async () => {
    const { setUp } = user();
    upstream.faults.set("aws.tar.gz", "gone");
    const { code, said } = await setUp();
    assert.equal(code, 1, said);
    assert.match(said, /pulumi-resource-aws 7\.48\.0 failed: .*aws\.tar\.gz.*error: 404/);
    assert.match(said, /HTTPS_PROXY/);
    assert.match(said, /the same command goes on from here/);
    upstream.faults.clear();
    upstream.asked.length = 0;
    const again = await setUp();
    assert.equal(again.code, 0, again.said);
    assert.deepEqual(upstream.asked, ["/aws.tar.gz"]);
  });

  it("goes on where a download was cut off", async () => {
    const { setUp } = user();
    upstream.faults.set("aws.tar.gz", "cut once");
    const { code, said } = await setUp();
    assert.equal(code, 0, said);
    assert.equal(upstream.asked.filter((url) => url === "/aws.tar.gz").length, 2);
  });

  it("stops at a download that is cut off every time, and keeps no half of it", async () => {
    const { cache, setUp } = user();
    upstream.faults.set("aws.tar.gz", "always cut");
    const { code, said } = await setUp();
    assert.equal(code, 1, said);
    assert.match(said, /pulumi-resource-aws 7\.48\.0 failed: .*aws\.tar\.gz/);
    assert.deepEqual(
      readdirSync(cache.tools).filter((name) => name.startsWith("pulumi-aws")),
      [],
    );
  });

  it("goes through the proxy that the environment names", async () => {
    const { aws } = pins.pulumiPlugins;
    assert.ok(aws);
    const far = { ...aws, officialUrl: "http://get.pulumi.example/aws.tar.gz" };
    const { setUp } = user({ ...pins, pulumiPlugins: { ...pins.pulumiPlugins, aws: far } });
    const { code, said } = await setUp({ http_proxy: upstream.base, no_proxy: "127.0.0.1" });
    assert.equal(code, 0, said);
    assert.ok(upstream.asked.includes("http://get.pulumi.example/aws.tar.gz"), upstream.asked.join(", "));
  });

  it("goes on without what only hosts need, and says what an update will miss", async () => {
    const pin = loadPins().tools["amazon-ssm-agent"];
    assert.ok(pin);
    const agent = { ...pin, officialSha256: null };
    const { setUp, made } = user({ ...pins, tools: { ...pins.tools, "amazon-ssm-agent": agent } });
    const { code, said } = await setUp();
    assert.equal(code, 0, said);
    assert.match(said, /an update of a stack is refused until.*\n {2}- amazon-ssm-agent: tools\.json pins no hash/);
    assert.deepEqual(Object.keys(made().withoutHosts), ["amazon-ssm-agent"]);
  });

  it("does for the commands that work with stacks, also before anybody asked for it", async () => {
    const { setUp } = user();
    const { code, said } = await setUp({}, ["--quiet-when-done", "--deploy-suffices"]);
    assert.equal(code, 0, said);
    assert.match(said, /setting up for deployments/);
  });

  describe("refuses, and changes nothing", () => {
    const machine = {
      platform: "linux-amd64",
      wanted: wantedFor(loadPins(), "linux-amd64"),
      commands: ["curl", "tar", "npm"],
      cold: true,
      freeGb: 50,
      cache: "/cache",
    };

    it("without pinned hashes, and names them", async () => {
      const { setUp, cache } = user(loadPins());
      const { code, said } = await setUp();
      const unpinned = Object.entries(loadPins().pulumiPlugins).filter(([, pin]) => pin.officialSha256 === null);
      if (unpinned.length === 0) return;
      assert.equal(code, 1, said);
      assert.match(said, /pins no hash on .* of .*aws: run `npm run pin`/);
      assert.ok(!existsSync(cache.cache));
    });

    it("on an unknown platform, without commands, on a full disk", () => {
      const problems = (changes: Partial<typeof machine>) =>
        findDeploymentProblems({ ...machine, ...changes }).join("\n");
      assert.match(problems({ platform: "win32-amd64", wanted: null }), /win32-amd64.*WSL 2/);
      assert.match(problems({ commands: ["tar"] }), /curl is missing.*\n.*npm is missing: install it, with Node 20/);
      assert.match(problems({ freeGb: 0.5 }), /0\.5 GB are free in \/cache, 3 GB are needed/);
    });
  });

  it("gives every command the tools and plugins of the cache first, and forbids Pulumi to fetch others", () => {
    const { cache } = user();
    const environment = toolchainEnvironment(cache);
    assert.equal(environment.PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION, "true");
    assert.deepEqual(environment.PATH?.split(":").slice(0, 2), [cache.bin, cache.plugins]);
  });
});
