import assert from "node:assert/strict";
import { pinnedVersion } from "../support/checkout.ts";
import { eventually } from "../support/eventually.ts";
import { on, receiver, sandbox, sender } from "../support/sandbox.ts";
import { needs, world } from "../support/world.ts";

const timers = ["apt-daily.timer", "apt-daily-upgrade.timer"];
const hosts = { sender, receiver } as const;

describe("patches of a host", function () {
  needs(world.link);
  this.timeout(1_200_000);

  for (const host of ["sender", "receiver"] as const) {
    it(`do not come by apt's timers, which the image of the ${host} has and the host masks`, async () => {
      const wanted = await on(host, "ls", "/etc/systemd/system/timers.target.wants");
      for (const timer of timers) {
        assert.ok(wanted.includes(timer), `the image has no ${timer}: nothing was masked`);
        const shown = await on(host, "systemctl", "show", "--property=LoadState,ActiveState", timer);
        assert.deepEqual(shown.trim().split("\n").toSorted(), ["ActiveState=inactive", "LoadState=masked"], timer);
      }
    });

    it(`are as old as the metrics of the ${host} say`, async () => {
      const found = await eventually("the agent to tell the age", async (note) => {
        const image = await hosts[host].value("metrics_link_image_timestamp_seconds{account=''}");
        note(image);
        return image;
      });
      const newest = "stat --format %Y /var/lib/dpkg/info/*.list | sort -n | tail -1";
      assert.equal(found, Number(await on(host, "sh", "-c", newest)));
      const tools = await hosts[host].vector("metrics_link_tool_pinned_timestamp_seconds{account=''}");
      const versions = Object.fromEntries(tools.map(({ metric }) => [metric.tool, metric.version]));
      for (const tool of ["envoy", "prometheus", "node", "node_exporter"]) {
        assert.equal(versions[tool], pinnedVersion(sandbox.repository, tool), tool);
      }
      const alerts = (await hosts[host].alerts()).map(({ labels }) => labels.alertname);
      assert.ok(!alerts.includes("ManagementAgentDiffers"));
    });
  }
});
