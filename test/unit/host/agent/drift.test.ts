import assert from "node:assert/strict";
import { chmod, chown, mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, it } from "mocha";
import { bootstrapWith, convergedHost, type FakeHost, soundRelease, tool, withFile } from "./fake-host.ts";

const day = 24 * 3_600_000;

describe("agent: drift", () => {
  let host: FakeHost;
  let first: string;
  const inForce = (path: string) => host.path(`/opt/metrics-link/current/${path}`);
  const toolFolder = () => host.path(`/opt/metrics-link/tools/envoy/${tool("envoy", "envoy one").sha256}`);

  beforeEach(async () => {
    ({ host, first } = await convergedHost());
  });
  afterEach(() => host.remove());

  const cases: { what: string; by: () => Promise<unknown>; drifted: string[]; changes: string[] }[] = [
    {
      what: "an owner",
      by: () => chown(inForce("tls/peer-root.pem"), 901, 0),
      drifted: ["tls/peer-root.pem"],
      changes: [],
    },
    {
      what: "a mode",
      by: () => chmod(inForce("tls/private-key.pem"), 0o444),
      drifted: ["tls/private-key.pem"],
      changes: [],
    },
    { what: "a folder's mode", by: () => chmod(inForce("tls"), 0o700), drifted: ["tls/"], changes: [] },
    {
      what: "a folder in place of a file",
      by: async () => {
        await rm(inForce("prometheus/prometheus.yml"));
        await mkdir(inForce("prometheus/prometheus.yml"));
      },
      drifted: ["prometheus/prometheus.yml"],
      changes: ["reload metrics-link-prometheus.service"],
    },
    {
      what: "a program, changed in place",
      by: () => writeFile(`${toolFolder()}/envoy`, "envoy of a stranger"),
      drifted: ["tools/envoy"],
      changes: ["restart metrics-link-envoy.service"],
    },
    {
      what: "a program, replaced by one of the same size",
      by: async () => {
        await writeFile(`${toolFolder()}/fresh`, "envoy eno", { mode: 0o755 });
        await rename(`${toolFolder()}/fresh`, `${toolFolder()}/envoy`);
      },
      drifted: ["tools/envoy"],
      changes: ["restart metrics-link-envoy.service"],
    },
    {
      what: "the link to a command",
      by: async () => {
        await rm(inForce("bin/envoy"));
        await symlink("/bin/true", inForce("bin/envoy"));
      },
      drifted: ["bin/envoy"],
      changes: ["restart metrics-link-envoy.service"],
    },
    {
      what: "a drop-in for all units of ours",
      by: async () => {
        await mkdir(host.path("/run/systemd/system/metrics-link-envoy.service.d"), { recursive: true });
        await writeFile(host.path("/run/systemd/system/metrics-link-envoy.service.d/x.conf"), "[Service]\nNice=1\n");
      },
      drifted: ["/run/systemd/system/metrics-link-envoy.service.d"],
      changes: ["restart metrics-link-envoy.service"],
    },
  ];
  for (const { what, by, drifted, changes } of cases) {
    it(`${what}: is repaired, reported, and loaded by the affected services`, async () => {
      await by();
      const report = await host.timerRun();
      assert.deepEqual([report.outcome, report.driftedFiles], ["converged", drifted]);
      assert.deepEqual(host.changes, changes);
      host.commands.length = 0;
      const again = await host.timerRun();
      assert.deepEqual([again.driftedFiles, host.changes], [[], []], "once is enough");
    });
  }

  it("a link that pointed at another release: services that may have started on it are changed back", async () => {
    const changed = withFile("envoy/bootstrap.json", bootstrapWith({ a: 1 }));
    const second = await host.publish(changed);
    await host.converge(second);
    await host.converge(first);
    host.commands.length = 0;
    await rm(host.path("/opt/metrics-link/current"));
    await symlink(`releases/${second}`, host.path("/opt/metrics-link/current"));
    await host.publish(soundRelease());
    const report = await host.timerRun();
    assert.deepEqual([report.outcome, report.driftedFiles], ["converged", ["current"]]);
    assert.deepEqual(host.changes, ["restart metrics-link-envoy.service"]);
  });

  it("a new release has not drifted, whatever it writes", async () => {
    const report = await host.converge(await host.publish(withFile("prometheus/rules.yml", "groups: []\n")));
    assert.deepEqual([report.driftedFiles, report.driftedTotal], [[], 0]);
  });

  it("three times within a day counts as repeated, and is forgotten a day later", async () => {
    const drift = async () => {
      await chmod(inForce("tls/private-key.pem"), 0o444);
      return host.timerRun();
    };
    assert.deepEqual((await drift()).repeatedDrift, {});
    host.now += day / 4;
    assert.deepEqual((await drift()).repeatedDrift, {});
    assert.deepEqual((await drift()).repeatedDrift, { "tls/private-key.pem": 3 });
    host.now += day;
    const later = await host.timerRun();
    assert.deepEqual([later.repeatedDrift, later.driftedTotal], [{}, 3]);
  });

  it("a secret is not fetched again: the file system's stamp is enough", async () => {
    host.secretRequests.length = 0;
    await host.timerRun();
    assert.deepEqual(host.secretRequests, []);
    const before = await stat(inForce("tls/private-key.pem"));
    await writeFile(inForce("tls/private-key.pem"), "key eno");
    assert.equal((await stat(inForce("tls/private-key.pem"))).size, before.size);
    assert.deepEqual((await host.timerRun()).driftedFiles, ["tls/private-key.pem"]);
    assert.equal(await readFile(inForce("tls/private-key.pem"), "utf8"), "key one");
  });

  it("a tool that cannot be downloaded leaves nothing behind", async () => {
    await writeFile(`${toolFolder()}/envoy`, "envoy of a stranger");
    host.store(tool("envoy", "envoy one").key, "envoy of a stranger");
    const report = await host.timerRun();
    assert.equal(report.outcome, "incomplete");
    const { sha256 } = tool("envoy", "envoy one");
    assert.deepEqual(await readdir(host.path("/opt/metrics-link/tools/envoy")), [`${sha256}.seal.json`]);
  });

  for (const text of ["", "{", "null", "[]", "{}", '{"bin/envoy":7}']) {
    it(`a tool whose seal is ${JSON.stringify(text)} is downloaded again, and other files are restored`, async () => {
      await writeFile(`${toolFolder()}.seal.json`, text);
      await chmod(inForce("tls/private-key.pem"), 0o444);
      const report = await host.timerRun();
      assert.equal(report.outcome, "converged");
      assert.ok(report.driftedFiles.includes("tls/private-key.pem"), `${report.driftedFiles}`);
      assert.equal(await readFile(`${toolFolder()}/envoy`, "utf8"), "envoy one");
      assert.deepEqual((await host.timerRun()).driftedFiles, []);
    });
  }
});
