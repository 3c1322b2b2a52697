import assert from "node:assert/strict";
import { describeAlerts, firingAlerts } from "@metrics-link/sandbox/cli/alerts.ts";

const alert = (alertname: string, severity: string, state: "firing" | "pending") => ({
  labels: { alertname, severity },
  annotations: { summary: `${alertname} happens.`, runbook: `docs/runbooks/${alertname}.md` },
  state,
  activeAt: "2026-11-22T08:00:00Z",
});

describe("sandbox: firing alerts", () => {
  it("are listed, the most severe first, without pending alerts and the heartbeat", () => {
    const found = firingAlerts([
      alert("HostRebooted", "info", "firing"),
      alert("Watchdog", "none", "firing"),
      alert("LinkBehind", "critical", "firing"),
      alert("ShardsAtLimit", "warning", "pending"),
    ]);
    assert.deepEqual(describeAlerts({ sender: found }), [
      "alert     sender: critical LinkBehind: LinkBehind happens. (docs/runbooks/LinkBehind.md)",
      "alert     sender: info HostRebooted: HostRebooted happens. (docs/runbooks/HostRebooted.md)",
    ]);
  });

  it("are empty only when Prometheus says so", () => {
    assert.deepEqual(describeAlerts({ sender: firingAlerts([]) }), ["alerts    none"]);
    assert.deepEqual(describeAlerts({ sender: firingAlerts(null) }), [
      "alert     sender: not known, its Prometheus does not answer",
    ]);
  });
});
