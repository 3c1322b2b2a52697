import assert from "node:assert/strict";
import type { Release } from "@metrics-link/release";
import { linkState } from "@metrics-link/sandbox/cli/link.ts";
import { edited, Releases } from "@metrics-link/sandbox/testing/releases.ts";
import { runAgent } from "../support/agent.ts";
import { eventually } from "../support/eventually.ts";
import { outage, startUnit, stopUnit } from "../support/outage.ts";
import { caughtUp } from "../support/samples.ts";
import { on, sandbox, sender } from "../support/sandbox.ts";
import { needs, world } from "../support/world.ts";

const port = 9470;
const unit = "clock-ahead";
const aheadSeconds = 540;

/** A scrape target whose timestamps are nine minutes ahead. */
const target = `
import http.server, time
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.end_headers()
        self.wfile.write(b"clock_ahead 1 %d\\n" % ((time.time() + ${aheadSeconds}) * 1000))
    def log_message(self, *_):
        pass
http.server.HTTPServer(("127.0.0.1", ${port}), Page).serve_forever()
`;

const bootstrap = "envoy/bootstrap.json";
const configuration = "prometheus/prometheus.yml";
const jobs = "scrape_configs:\n";
const withTarget = (release: Release) =>
  edited(
    release,
    configuration,
    jobs,
    `${jobs}  - job_name: ahead\n    static_configs:\n      - targets:\n          - 127.0.0.1:${port}\n`,
  );

const highestSent = async () =>
  (await sender.value("max(prometheus_remote_storage_queue_highest_sent_timestamp_seconds)")) ?? 0;

// Later tests would meet the samples of the future for nine minutes, so there are none.
describe("a target whose timestamps are ahead", function () {
  needs(world.link);
  this.timeout(1_200_000);
  let releases: Releases;

  before(async () => {
    await caughtUp();
    releases = await Releases.of(sandbox, "sender");
    await on("sender", "systemd-run", `--unit=${unit}`, "python3", "-c", target);
    await releases.publish(withTarget);
    assert.equal((await runAgent("sender")).report.outcome, "converged");
    await eventually(
      "a sample of the future to be acknowledged",
      async (note) => {
        const ahead = (await highestSent()) - Date.now() / 1000;
        note(ahead);
        return ahead > aheadSeconds / 2 ? true : undefined;
      },
      60_000,
    );
  });
  after(async () => {
    await releases.withdraw();
    await on("sender", "systemctl", "stop", unit);
    await runAgent("sender");
  });

  it("does not hide that the link is behind", async () => {
    assert.equal((await linkState(sender, Date.now() / 1000)).state, "up");
    await stopUnit("receiver", "metrics-link-prometheus");
    await outage(45);
    const { state, lagSeconds } = await linkState(sender, Date.now() / 1000);
    await startUnit("receiver", "metrics-link-prometheus");
    assert.equal(state, "behind");
    assert.ok(lagSeconds !== null && lagSeconds > 35 && lagSeconds < 60, `${lagSeconds} s`);
    assert.ok((await highestSent()) > Date.now() / 1000, "the queue's own measure is in the future");
    await caughtUp();
  });

  it("lets no release through that cuts the link", async () => {
    const unique = `"id": "x${Date.now()}-`;
    await releases.publish((release) => {
      const cut = edited(withTarget(release), bootstrap, "198.51.100.", "198.51.99.");
      return { ...edited(cut, bootstrap, '"id": "', unique), probeDeadlineSeconds: 20 };
    });
    const { report, word } = await runAgent("sender");
    assert.equal(report.outcome, "rolledBack", word);
    assert.match(report.reasons.join("\n"), /the receiver has acknowledged no batch since/);
    await caughtUp();
  });
});
