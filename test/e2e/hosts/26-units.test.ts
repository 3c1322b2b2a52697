import assert from "node:assert/strict";
import { counter } from "../support/envoy.ts";
import { beforehand, nothingMissing } from "../support/samples.ts";
import { on } from "../support/sandbox.ts";

/** The most that `systemd-analyze security` may give a unit; up to here its word is OK. */
const exposureLimit = 2.0;
/** Everything on a host that runs a program of ours. */
const units = ["agent", "bootstrap", "data", "envoy", "node-exporter", "prometheus"];

describe("units on a host", function () {
  this.timeout(120_000);

  for (const host of ["sender", "receiver"]) {
    it(`are closed up on the ${host}: exposure ${exposureLimit} at most, each of them`, async () => {
      const listed = await on(host, "systemctl", "list-unit-files", "--plain", "--no-legend", "metrics-link-*.service");
      const found = listed.split("\n").flatMap((line) => /^(\S+)\.service/.exec(line)?.[1] ?? []);
      assert.deepEqual(
        found.toSorted(),
        units.map((unit) => `metrics-link-${unit}`),
      );
      const exposures = await Promise.all(
        found.map(async (unit) => {
          const printed = await on(host, "systemd-analyze", "security", "--no-pager", `${unit}.service`);
          return [unit, Number(/Overall exposure level for \S+: ([\d.]+)/.exec(printed)?.[1])] as const;
        }),
      );
      console.log(`      ${exposures.map(([unit, level]) => `${unit.slice(13)} ${level}`).join(", ")}`);
      assert.deepEqual(
        exposures.filter(([, level]) => !(level <= exposureLimit)),
        [],
      );
    });

    it(`run on the ${host} as users of their own, without capabilities`, async () => {
      for (const [unit, user] of [
        ["envoy", "envoy"],
        ["prometheus", "prometheus"],
        ["node-exporter", "node-exporter"],
      ] as const) {
        const pid = (
          await on(host, "systemctl", "show", "--property=MainPID", "--value", `metrics-link-${unit}`)
        ).trim();
        const owner = (await on(host, "stat", "--format=%U", `/proc/${pid}`)).trim();
        const status = await on(host, "cat", `/proc/${pid}/status`);
        const capabilities = [...status.matchAll(/^Cap(Inh|Prm|Eff|Bnd|Amb):\s*(\S+)$/gm)].map(([, , set]) => set);
        assert.deepEqual([owner, new Set(capabilities)], [user, new Set(["0000000000000000"])], unit);
      }
    });
  }

  it("none has failed", async () => {
    for (const host of ["sender", "receiver"]) {
      assert.equal(
        await on(host, "systemctl", "list-units", "--failed", "--plain", "--no-legend", "metrics-link-*"),
        "",
      );
    }
  });
});

describe("a restart of Envoy", function () {
  this.timeout(120_000);
  const resets = () => counter("sender", "envoy_cluster_upstream_rq_rx_reset", 'envoy_cluster_name="receiver"');

  it("of the receiver lets requests end first: none is cut off, no sample is missing", async () => {
    const from = beforehand();
    const before = await resets();
    for (let restarts = 0; restarts < 5; restarts += 1)
      await on("receiver", "systemctl", "restart", "metrics-link-envoy");
    await nothingMissing(from, 10_000);
    assert.equal(await resets(), before);
    const journal = await on("receiver", "journalctl", "--unit=metrics-link-envoy", "--output=cat", "--no-pager");
    assert.doesNotMatch(journal, /drain-envoy|cut off|curl:/, "the drain itself has nothing to complain of");
  });

  it("of the sender loses nothing either", async () => {
    const from = beforehand();
    for (let restarts = 0; restarts < 3; restarts += 1)
      await on("sender", "systemctl", "restart", "metrics-link-envoy");
    await nothingMissing(from, 10_000);
  });
});
