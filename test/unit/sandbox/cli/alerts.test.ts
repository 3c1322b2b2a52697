import assert from "node:assert/strict";
import { describeAlerts, firingAlerts } from "@metrics-link/sandbox/cli/alerts.ts";
import { PrometheusApi } from "@metrics-link/sandbox/cli/prometheus-api.ts";

const alert = (alertname: string, severity: string, state: "firing" | "pending") => ({
  labels: { alertname, severity },
  annotations: { summary: `${alertname} happens.`, runbook: `docs/runbooks/${alertname}.md` },
  state,
  activeAt: "2026-11-22T08:00:00Z",
});

const answering = (...alerts: ReturnType<typeof alert>[]) =>
  new PrometheusApi("sender", async () => JSON.stringify({ status: "success", data: { alerts } }));

describe("sandbox: firing alerts", () => {
  it("are told, the worst first, without what only waits and what always fires", async () => {
    const found = await firingAlerts(
      answering(
        alert("HostRebooted", "info", "firing"),
        alert("Watchdog", "none", "firing"),
        alert("LinkBehind", "critical", "firing"),
        alert("ShardsAtLimit", "warning", "pending"),
      ),
    );
    assert.deepEqual(describeAlerts({ sender: found }), [
      "alert     sender: critical LinkBehind: LinkBehind happens. (docs/runbooks/LinkBehind.md)",
      "alert     sender: info HostRebooted: HostRebooted happens. (docs/runbooks/HostRebooted.md)",
    ]);
  });

  it("are none only when Prometheus says so", async () => {
    const silent = new PrometheusApi("sender", () => Promise.reject(new Error("no route")));
    assert.deepEqual(describeAlerts({ sender: await firingAlerts(answering()) }), ["alerts    none"]);
    assert.deepEqual(describeAlerts({ sender: await firingAlerts(silent) }), [
      "alert     sender: not known, its Prometheus does not answer",
    ]);
  });
});
