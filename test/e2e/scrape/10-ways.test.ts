import assert from "node:assert/strict";
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { audit, findingsOf } from "@metrics-link/audit";
import { preflight } from "@metrics-link/preflight";
import { cacheDirectory } from "@metrics-link/release";
import { type ClientNetwork, clientNetwork, runOn } from "@metrics-link/sandbox/testing/client-network.ts";
import { stringify } from "yaml";
import { collect as collectAudit } from "../../../scripts/audit/collect.ts";
import { collect as collectPreflight } from "../../../scripts/preflight/index.ts";
import { contextOf } from "../../../scripts/stack/context.ts";
import { attempt } from "../support/attempts.ts";
import { update } from "../support/coming-back.ts";
import { ChangedConfiguration } from "../support/configuration.ts";
import { eventually } from "../support/eventually.ts";
import { beforehand, nothingMissing } from "../support/samples.ts";
import { receiver, sandbox, sender } from "../support/sandbox.ts";
import { needs, world } from "../support/world.ts";

/** The last three addresses that AWS hands out in the subnet: those of the machines that stand first here. */
const declared = "10.40.1.252/30";
const [declaredPort, otherPort] = [9100, 9101];
const targets = ["target-a", "target-b", "target-c"] as const;
const machines = {
  ...Object.fromEntries(targets.map((name) => [name, "10.40.1.0/24"])),
  beside: "10.40.1.0/24",
  beyond: "10.40.2.0/24",
};

const exporter = [
  join(cacheDirectory(), "bin", "node_exporter"),
  ...["--collector.disable-defaults", "--collector.loadavg", "--collector.uname"],
  ...[declaredPort, otherPort].map((port) => `--web.listen-address=:${port}`),
];

describe("the way to targets in a client's network", function () {
  needs(world.link);
  this.timeout(1_200_000);

  const folder = join(sandbox.layout.directory, "shop");
  const running: (() => Promise<void>)[] = [];
  let configuration: ChangedConfiguration;
  let network: ClientNetwork;
  let from: number;
  const at = (machine: string, port: number) => [network.addresses[machine] ?? assert.fail(machine), port] as const;

  before(async () => {
    network = await clientNetwork(sandbox, "sender", "10.40.0.0/16", machines);
    for (const machine of Object.keys(machines)) running.push(await runOn(sandbox, machine, exporter));
    const { scrapeConfigs = "" } = sandbox.files.section<{ scrapeConfigs?: string }>("sender", "prometheus");
    mkdirSync(folder, { recursive: true });
    cpSync(resolve(sandbox.repository, scrapeConfigs), folder, { recursive: true });
    const found = targets.map((name) => at(name, declaredPort).join(":"));
    writeFileSync(join(folder, "shop.yaml"), stringify([{ job_name: "shop", static_configs: [{ targets: found }] }]));
    configuration = new ChangedConfiguration("sender");
    configuration.write("prometheus", { scrapeConfigs: relative(sandbox.repository, folder) });
    const accepted = "the shop team agreed";
    configuration.write("network", {
      connections: [{ id: network.connection, cidr: network.cidr, accepted }],
      targets: [{ name: "shop", cidr: declared, ports: [declaredPort] }],
    });
    from = beforehand();
    await update("sender");
  });
  after(async () => {
    for (const end of running) await end();
    rmSync(folder, { recursive: true, force: true });
  });

  it("leads to the three that are declared, whose samples arrive as they are", async () => {
    const isUp = (of: typeof sender) => of.value('count(up{job="shop"} == 1)');
    await eventually("three targets to be up", async () => ((await isUp(sender)) === 3 ? true : undefined), 60_000);
    await nothingMissing(from, 1000);
    assert.equal(await isUp(receiver), 3);
    assert.equal(await receiver.value('count(node_load1{job="shop"})'), 3);
  });

  it("leads to no other port, machine or network, from the unit or from the host", async () => {
    const reached = targets.map((name) => at(name, declaredPort));
    const others = [at("target-a", otherPort), at("beside", declaredPort), at("beyond", declaredPort)];
    // They are there, and their owner keeps nobody away.
    for (const [address, port] of others) {
      const curl = ["curl", "--silent", "--fail", "--max-time", "5", `http://${address}:${port}/metrics`];
      assert.equal((await sandbox.world.exec("target-b", curl)).code, 0, `${address}:${port}`);
    }
    const expected = Object.fromEntries([
      ...reached.map((one) => [one.join(":"), "done"]),
      ...others.map((one) => [one.join(":"), "TimeoutError"]),
    ]);
    const asked = { connect: [...reached, ...others] };
    const [root, prometheus, envoy] = await Promise.all([
      attempt("sender", "root", asked),
      attempt("sender", "prometheus", asked, "prometheus"),
      attempt("sender", "envoy", asked, "envoy"),
    ]);
    assert.deepEqual([root.connect, prometheus.connect], [expected, expected]);
    const found = new Set(Object.values(envoy.connect));
    assert.deepEqual(found, new Set(["TimeoutError"]), "another unit has no way to targets");
  });

  it("leads from none of them to the host", async () => {
    const { hosts } = await sandbox.world.status();
    const host = hosts.find(({ name }) => name === "sender")?.address;
    for (const port of [declaredPort, 9090]) {
      const curl = ["curl", "--silent", "--max-time", "2", `http://${host}:${port}/metrics`];
      // 28: it timed out.
      assert.equal((await sandbox.world.exec("target-a", curl)).code, 28, `${host}:${port}`);
    }
  });

  it("is in order for an audit, and its connection for a preflight", async () => {
    const context = contextOf("sender", sandbox.name);
    const judged = audit(await collectAudit([context], { preview: false }));
    assert.deepEqual(findingsOf(judged, "critical"), []);
    const way = findingsOf(judged, "ok").find(({ subject }) => subject === "ways to targets");
    assert.equal(way?.what, `egress tcp ${declaredPort} ${declared}; ${declared} to ${network.connection}`);
    const evidence = await collectPreflight(context);
    const { findings = [] } = preflight(evidence).sections.find(({ title }) => title === "Services") ?? {};
    const connection = findings.find(({ subject }) => subject === `connection ${network.connection}`);
    assert.deepEqual(
      [connection?.severity, connection?.what],
      ["ok", `active, between 10.10.0.0/16 and ${network.cidr}`],
    );
  });

  it("ends when its declaration is removed, and no other sample is lost", async () => {
    configuration.restore();
    await update("sender");
    const { connect } = await attempt("sender", "root", { connect: [at("target-a", declaredPort)] });
    assert.deepEqual(Object.values(connect), ["TimeoutError"]);
    // Without the end of a series, which a restarted Prometheus does not write, a query goes on to show its last sample.
    await eventually("no sample of it to come any more", async () =>
      (await sender.value('count_over_time(up{job="shop"}[20s])')) === undefined ? true : undefined,
    );
    await nothingMissing(from, 1000);
  });
});
