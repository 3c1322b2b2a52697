import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { lstat, mkdir, readdir, readFile, readlink, stat, writeFile } from "node:fs/promises";
import { run } from "@metrics-link/host/agent/host-effects/process.ts";
import { ensureTool } from "@metrics-link/host/agent/tools.ts";
import { packedRelease, releaseKeys, scrapeSecretFolder, sha256 } from "@metrics-link/release";
import { afterEach, beforeEach, describe, it } from "mocha";
import { bootstrapWith, convergedHost, type FakeHost, secretArn, soundRelease, tool, withFile } from "./fake-host.ts";

const asRoot = process.getuid?.() === 0;

describe("agent: converge", () => {
  let host: FakeHost;
  let first: string;

  beforeEach(async () => {
    ({ host, first } = await convergedHost());
  });
  afterEach(() => host.remove());

  const current = () => readlink(host.path("/opt/metrics-link/current"));
  const inForce = (path: string) => host.path(`/opt/metrics-link/current/${path}`);

  it("puts the files of a release in place, with mode and owner, and starts its services", async () => {
    assert.equal(await current(), `releases/${first}`);
    assert.equal(await readFile(inForce("envoy/bootstrap.json"), "utf8"), bootstrapWith({}));
    assert.equal((await stat(inForce("envoy/bootstrap.json"))).mode & 0o7777, 0o644);
    assert.equal(await readFile(inForce("tls/private-key.pem"), "utf8"), "key one");
    const key = await stat(inForce("tls/private-key.pem"));
    assert.equal(key.mode & 0o7777, 0o400);
    if (asRoot) assert.deepEqual([key.uid, key.gid], [901, 901]);
    assert.deepEqual([...host.active], ["metrics-link-envoy.service", "metrics-link-prometheus.service"]);
    assert.equal(
      await readlink(host.path("/etc/systemd/system/metrics-link-envoy.service")),
      "/opt/metrics-link/current/systemd/metrics-link-envoy.service",
    );
    assert.equal(
      await readlink(host.path("/etc/systemd/system/multi-user.target.wants/metrics-link-envoy.service")),
      "../metrics-link-envoy.service",
    );
  });

  it("reads a release that is compressed, and keeps its text on the disk", async () => {
    const releaseId = await host.publish(withFile("tls/peer-root.pem", "another root\n"));
    const key = releaseKeys.release("sender", releaseId);
    const text = `${host.objects.get(key)}`;
    host.objects.set(key, Buffer.from(packedRelease(text), "base64"));
    const { outcome } = await host.converge(releaseId);
    assert.equal(outcome, "converged");
    assert.equal(await readFile(host.path(`/opt/metrics-link/releases/${releaseId}/release.json`), "utf8"), text);
  });

  it("does nothing the second time, and fetches no secret", async () => {
    const { outcome, actions, driftedFiles } = await host.converge(first);
    assert.equal(outcome, "converged");
    assert.deepEqual(actions, {});
    assert.deepEqual(driftedFiles, []);
    assert.deepEqual(host.changes, []);
    assert.deepEqual(host.secretRequests, []);
  });

  for (const { what, release, expected } of [
    {
      what: "a rule reloads Prometheus alone",
      release: withFile("prometheus/rules.yml", "groups: []\n"),
      expected: ["reload metrics-link-prometheus.service"],
    },
    {
      what: "Envoy's own configuration restarts Envoy alone",
      release: withFile("envoy/bootstrap.json", bootstrapWith({ a: 1 })),
      expected: ["restart metrics-link-envoy.service"],
    },
    { what: "the peer's root disturbs nobody", release: withFile("tls/peer-root.pem", "another root\n"), expected: [] },
    {
      what: "another version of Envoy restarts Envoy",
      release: soundRelease({ tools: [soundRelease().tools[0] as never, tool("envoy", "envoy two")] }),
      expected: ["restart metrics-link-envoy.service"],
    },
    {
      what: "a unit file restarts its service",
      release: withFile("systemd/metrics-link-prometheus.service", "[Service]\nExecStart=/bin/true\n"),
      expected: ["restart metrics-link-prometheus.service"],
    },
  ]) {
    it(what, async () => {
      const releaseId = await host.publish(release);
      const { outcome, reasons } = await host.converge(releaseId);
      assert.deepEqual([outcome, reasons], ["converged", []]);
      assert.deepEqual(host.changes, expected);
      assert.equal(await current(), `releases/${releaseId}`);
    });
  }

  it("takes a new version of a secret without a restart", async () => {
    const [secret] = soundRelease().secrets;
    assert.ok(secret);
    const releaseId = await host.publish(soundRelease({ secrets: [{ ...secret, versionId: "version-2" }] }));
    assert.equal((await host.converge(releaseId)).outcome, "converged");
    assert.equal(await readFile(inForce("tls/private-key.pem"), "utf8"), "key two");
    assert.deepEqual(host.secretRequests, [`${secretArn} version-2`]);
    assert.deepEqual(host.changes, []);
  });

  it("places a scrape job's secret for Prometheus, and has it reload when there is another version", async () => {
    const [key] = soundRelease().secrets;
    assert.ok(key);
    const path = `${scrapeSecretFolder}shop-password`;
    const withPassword = (versionId: string, password: string) => {
      host.secrets.set(versionId, JSON.stringify({ "tls/private-key.pem": "key one", [path]: password }));
      const secret = { ...key, path, field: path, owner: "prometheus", group: "prometheus", versionId };
      return host.publish(soundRelease({ secrets: [{ ...key, versionId }, secret] }));
    };
    for (const [version, password] of [
      ["version-3", "the first"],
      ["version-4", "the second"],
    ] as const) {
      host.commands.length = 0;
      assert.equal((await host.converge(await withPassword(version, password))).outcome, "converged");
      assert.equal(await readFile(inForce(path), "utf8"), password);
      assert.deepEqual(host.changes, ["reload metrics-link-prometheus.service"]);
    }
    assert.equal((await stat(inForce(path))).mode & 0o777, 0o400);
  });

  it("stops a service that the release no longer has", async () => {
    const sound = soundRelease();
    const releaseId = await host.publish({
      ...sound,
      files: sound.files.filter(({ path }) => path !== "systemd/metrics-link-envoy.service"),
      services: sound.services.slice(1),
      probes: sound.probes.slice(1),
    });
    assert.equal((await host.converge(releaseId)).outcome, "converged");
    assert.deepEqual(host.changes, ["stop metrics-link-envoy.service"]);
    assert.deepEqual((await readdir(host.path("/etc/systemd/system"))).sort(), [
      "metrics-link-prometheus.service",
      "multi-user.target.wants",
    ]);
  });

  it("keeps the release in force and the previous one, and nothing older", async () => {
    const second = await host.publish(withFile("prometheus/rules.yml", "groups: []\n"));
    const third = await host.publish(
      soundRelease({ tools: [soundRelease().tools[0] as never, tool("envoy", "envoy two")] }),
    );
    await host.converge(second);
    await host.converge(third);
    assert.deepEqual((await readdir(host.path("/opt/metrics-link/releases"))).sort(), [second, third].sort());
    const fourth = await host.publish(
      soundRelease({ probeDeadlineSeconds: 6, tools: [soundRelease().tools[0] as never, tool("envoy", "envoy two")] }),
    );
    await host.converge(fourth);
    const { sha256: kept } = tool("envoy", "envoy two");
    assert.deepEqual(await readdir(host.path("/opt/metrics-link/tools/envoy")), [kept, `${kept}.seal.json`]);
  });

  it("repairs manual changes, reports them, and has the services load the result", async () => {
    await writeFile(inForce("prometheus/prometheus.yml"), "global: {scrape_interval: 1h}\n");
    await writeFile(inForce("tls/private-key.pem"), "a stranger's key", { flag: "r+" }).catch(() => undefined);
    await writeFile(inForce("prometheus/more.yml"), "groups: []\n");
    const { outcome, driftedFiles } = await host.converge(first);
    assert.equal(outcome, "converged");
    assert.deepEqual(driftedFiles, ["prometheus/more.yml", "prometheus/prometheus.yml", "tls/private-key.pem"]);
    assert.equal(await readFile(inForce("prometheus/prometheus.yml"), "utf8"), "global: {}\n");
    assert.equal(await readFile(inForce("tls/private-key.pem"), "utf8"), "key one");
    assert.deepEqual(await readdir(inForce("prometheus")), ["prometheus.yml"]);
    assert.deepEqual(host.changes, ["reload metrics-link-prometheus.service"]);
  });

  it("starts a service that somebody stopped", async () => {
    host.active.delete("metrics-link-envoy.service");
    const { actions } = await host.converge(first);
    assert.deepEqual(actions, { "metrics-link-envoy.service": "start" });
  });

  it("never leaves a secret readable before it has its owner", async () => {
    assert.equal((await lstat(inForce("tls/private-key.pem"))).mode & 0o077, 0);
    const memory = await stat(host.path("/var/lib/metrics-link-agent/memory.json"));
    assert.equal(memory.mode & 0o7777, 0o600);
  });

  it("unpacks tools from an archive", async () => {
    const work = host.path("/archive");
    await mkdir(`${work}/prometheus-1`, { recursive: true });
    await writeFile(`${work}/prometheus-1/promtool`, "the promtool");
    execFileSync("tar", ["-czf", `${work}/p.tar.gz`, "-C", work, "prometheus-1"]);
    const archive = await readFile(`${work}/p.tar.gz`);
    const hash = sha256(archive);
    const prometheus = {
      name: "prometheus",
      version: "1",
      sha256: hash,
      size: archive.length,
      key: `tools/prometheus/1/${hash}.tar.gz`,
      executables: { promtool: "prometheus-1/promtool" },
    };
    host.objects.set(prometheus.key, archive);
    await ensureTool({ effects: { ...host.effects, root: host.root, run } }, prometheus);
    const unpacked = host.path(`/opt/metrics-link/tools/prometheus/${hash}/prometheus-1/promtool`);
    assert.equal(await readFile(unpacked, "utf8"), "the promtool");
    assert.equal((await stat(unpacked)).mode & 0o777, 0o755);
  });
});
