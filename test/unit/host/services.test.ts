import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { cloudInit } from "@metrics-link/host/cloud-init.ts";
import { standardServices } from "@metrics-link/host/services.ts";
import { describe, it } from "mocha";

const envoy = {
  configuration: "envoy/bootstrap.json",
  staticTwin: "envoy/static-twin.json",
  flags: (path: string) => ["--config-path", path],
  watchedPaths: ["tls/", "envoy/sds/"],
  certificate: { chain: "tls/chain.pem", key: "tls/leaf.key", ownRoot: "tls/own-root.pem" },
};
const prometheus = { configuration: "prometheus/prometheus.yml", flags: ["--config.file=/x/prometheus.yml"] };
const services = standardServices({ envoy, prometheus });
const unitOf = (name: string) => services.files.find(({ path }) => path === `systemd/${name}`)?.content ?? "";

const host = { hostName: "sender", region: "eu-west-1", bucket: "b", volumeId: "vol-0123456789abcdef0" };

/** What `systemd-analyze security` may give a unit at most; its own word for up to 2.0 is OK. */
const exposureLimit = 2.0;

describe("services of a host", () => {
  it("start in order: what measures, what carries, what stores", () => {
    assert.deepEqual(
      services.services.map(({ unit }) => unit),
      ["metrics-link-node-exporter.service", "metrics-link-envoy.service", "metrics-link-prometheus.service"],
    );
  });

  it("run what the release in force brings, with the flags that they were given", () => {
    assert.match(
      unitOf("metrics-link-envoy.service"),
      /^ExecStart=\/opt\/metrics-link\/current\/bin\/envoy --config-path \/opt\/metrics-link\/current\/envoy\/bootstrap.json$/m,
    );
    assert.match(
      unitOf("metrics-link-prometheus.service"),
      /^ExecStart=\/opt\/metrics-link\/current\/bin\/prometheus --config.file=\/x\/prometheus.yml$/m,
    );
    assert.match(unitOf("metrics-link-node-exporter.service"), /--web.listen-address=127.0.0.1:9100 /);
  });

  it("Prometheus never starts without its data volume", () => {
    const unit = unitOf("metrics-link-prometheus.service");
    assert.match(unit, /^Requires=var-lib-metrics\\x2dlink\.mount$/m);
    assert.match(unit, /^After=var-lib-metrics\\x2dlink\.mount /m);
    assert.match(unit, /^StateDirectory=metrics-link\/prometheus$/m);
  });

  it("end in order: the sender's Prometheus sends what it has, the receiver's Envoy takes what is under way", () => {
    const orders = (["sends", "receives"] as const).map((link) => {
      const { files } = standardServices({ envoy: { ...envoy, link }, prometheus });
      const unit = files.find(({ path }) => path.endsWith("metrics-link-envoy.service"))?.content ?? "";
      return unit.split("\n").filter((line) => /^(Before|After)=.*prometheus/.test(line));
    });
    // systemd.unit(5): in a shutdown the order is the other way round.
    assert.deepEqual(orders, [
      ["Before=metrics-link-prometheus.service"],
      ["After=metrics-link-prometheus.service network-online.target"],
    ]);
  });

  it("Envoy is drained before it is stopped, by its own user, and for longer than that takes", () => {
    const unit = unitOf("metrics-link-envoy.service");
    assert.match(
      unit,
      /^ExecStop=\/bin\/bash \/opt\/metrics-link\/current\/envoy\/drain\.sh \/run\/metrics-link-envoy\/admin\.sock$/m,
    );
    assert.match(unit, /^TimeoutStopSec=20$/m);
    const script = services.files.find(({ path }) => path === "envoy/drain.sh")?.content ?? "";
    // An exact word of allow_paths in packages/envoy/admin.ts.
    for (const path of ["POST healthcheck/fail", "POST drain_listeners "]) assert.ok(script.includes(path), path);
  });

  it("are started again for ever, as users of their own, without capabilities", () => {
    for (const [name, user] of [
      ["metrics-link-envoy.service", "envoy"],
      ["metrics-link-prometheus.service", "prometheus"],
      ["metrics-link-node-exporter.service", "node-exporter"],
    ] as const) {
      const unit = unitOf(name);
      for (const line of [`User=${user}`, "Restart=always", "StartLimitIntervalSec=0", "CapabilityBoundingSet="]) {
        assert.ok(unit.split("\n").includes(line), `${name}: ${line}`);
      }
    }
  });

  it("a certificate is taken up without a signal, Envoy's configuration by a restart, rules by a reload", () => {
    const actions = Object.fromEntries(services.services.map(({ unit, onChange }) => [unit, onChange]));
    assert.deepEqual(actions["metrics-link-envoy.service"], [
      { paths: ["tls/", "envoy/sds/", "envoy/drain.sh"], action: "nothing" },
      { paths: ["envoy/"], tools: ["envoy"], action: "restart" },
    ]);
    assert.deepEqual(actions["metrics-link-prometheus.service"], [
      { paths: ["prometheus/"], action: "reload" },
      { tools: ["prometheus"], action: "restart" },
    ]);
  });

  it("are validated by the real tools, the static twin included", () => {
    assert.deepEqual(
      services.checks.map((check) => [check.kind, "file" in check ? check.file : check.certificate]),
      [
        ["envoyConfig", "envoy/bootstrap.json"],
        ["envoyConfig", "envoy/static-twin.json"],
        ["envoyMeaning", "envoy/bootstrap.json"],
        ["keyPair", "tls/chain.pem"],
        ["chain", "tls/chain.pem"],
        ["prometheusConfig", "prometheus/prometheus.yml"],
      ],
    );
  });

  it("without a link there is no Envoy and nothing is asked of it", () => {
    const { tools, probes } = standardServices({ prometheus });
    assert.deepEqual(tools, ["node_exporter", "prometheus"]);
    assert.ok(probes.every(({ unit }) => !unit.includes("envoy")));
  });

  it("are closed as far as systemd can close them", function () {
    // Debian 12's systemd 252 and later judge a file without loading it.
    const probe = spawnSync("systemd-analyze", ["security", "--help"], { encoding: "utf8" });
    if (probe.error || !probe.stdout.includes("--offline")) return this.skip();
    const folder = mkdtempSync(join(tmpdir(), "units-"));
    const exposure = (name: string, content: string) => {
      const path = join(folder, name);
      writeFileSync(path, content);
      const { stdout, stderr } = spawnSync("systemd-analyze", ["security", "--offline=true", "--no-pager", path], {
        encoding: "utf8",
      });
      const found = /Overall exposure level for .*: ([\d.]+)/.exec(stdout)?.[1];
      assert.ok(found, stdout + stderr);
      return Number(found);
    };
    try {
      const released = services.files.filter(({ path }) => path.startsWith("systemd/"));
      const booted = cloudInit(host).write_files.filter(({ path }) => path.endsWith(".service"));
      assert.equal(released.length + booted.length, 6);
      for (const { path, content } of [...released, ...booted]) {
        const level = exposure(basename(path), content);
        assert.ok(level <= exposureLimit, `${path}: ${level}`);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
