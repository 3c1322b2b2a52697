import assert from "node:assert/strict";
import { readSeries } from "@metrics-link/host/repair/read.ts";
import { Refused } from "@metrics-link/host/repair/refused.ts";
import { transfer } from "@metrics-link/host/repair/transfer.ts";
import { writeTo } from "@metrics-link/host/repair/write.ts";
import { receiverFlags, renderReceiver, renderSender, senderFlags } from "@metrics-link/prometheus";
import { eventually } from "../../../support/eventually.ts";
import { freePorts } from "../../../support/free-ports.ts";
import { ruleFilesOf, userFile } from "../../prometheus/examples.ts";
import { PrometheusProcess } from "../../prometheus/prometheus-process.ts";

/** Templates and string functions cut characters into bytes, and Prometheus stores what comes out. */
const rules = `groups:
  - name: g
    rules:
      - { record: "bad:utf8", expr: 'label_replace(vector(1), "who", "caf\\xe9", "", "")' }
      - { record: "good:utf8", expr: 'label_replace(vector(1), "who", "caf\\u00e9", "", "")' }
      - { alert: Sliced, expr: vector(1), labels: { region: '{{ slice "Zürich" 0 2 }}' } }
`;
const invalid = "labels that are not UTF-8";

describe("a series whose labels are not UTF-8, between two real Prometheus", function () {
  this.timeout(60_000);
  let sender: PrometheusProcess;
  let receiver: PrometheusProcess;
  before(async () => {
    const [one = 0, other = 0] = await freePorts(2);
    receiver = await PrometheusProcess.start(
      renderReceiver({ scrapeInterval: "1s", externalLabels: {}, outOfOrderTimeWindow: "2h" }),
      receiverFlags({ dataVolumeGiB: 1 }),
      other,
      0,
    );
    sender = await PrometheusProcess.start(
      renderSender({
        scrapeInterval: "1s",
        externalLabels: { account: "a" },
        ruleFiles: ruleFilesOf([userFile("rules/r.yml", rules)]),
        linked: true,
      }),
      senderFlags({ dataVolumeGiB: 1 }),
      one,
      // Here the receiver itself: what its Prometheus answers is what counts.
      other,
    );
  });
  after(() => Promise.all([sender?.stop(), receiver?.stop()]));

  it("is skipped by the receiver, which acknowledges the batch; SamplesRejected watches the counter that tells", async () => {
    const skipped = await eventually("the receiver to skip a series", async () => {
      const page = await (await fetch(`${receiver.url}/metrics`)).text();
      const [, value] = /^prometheus_api_remote_write_invalid_labels_samples_total (\S+)$/m.exec(page) ?? [];
      return Number(value) > 0 || undefined;
    });
    assert.ok(skipped);
    const page = await (await fetch(`${receiver.url}/metrics`)).text();
    assert.doesNotMatch(page, /prometheus_http_requests_total\{code="4..",handler="\/api\/v1\/write"\}/);
  });

  it("is named and counted by the repairer, and is not written under another name", async () => {
    const from = Date.now() - 60_000;
    const source = () => readSeries(`${sender.url}/api/v1/read`, { from, to: Date.now() });
    const count = async () => {
      const found = new Map<string, number>();
      for await (const { labels, samples } of source()) {
        const name = labels.find((label) => label.name === "__name__")?.value ?? "";
        found.set(name, (found.get(name) ?? 0) + samples.length);
      }
      return found;
    };
    const stored = await eventually("the rules to be evaluated", async () => {
      const found = await count();
      return (found.get("bad:utf8") ?? 0) > 1 && found.has("ALERTS") ? found : undefined;
    });
    const refused = new Refused(async () => new Map([["bad:utf8", "g/bad:utf8"]]));
    const tally = await transfer(source(), writeTo(`${receiver.url}/api/v1/write`, {}), async () => {}, refused);
    assert.deepEqual(Object.keys(tally.skipped), [invalid]);
    assert.ok((tally.skipped[invalid] ?? 0) >= (stored.get("bad:utf8") ?? 0), JSON.stringify(tally));
    const text = refused.metrics(Date.now());
    assert.match(text, /series="bad:utf8\{.*caf�/);
    assert.match(text, /of_rule="g\/bad:utf8",reason="labels that are not UTF-8"/);
    assert.match(text, /series="ALERTS\{.*Sliced/);
    assert.deepEqual(await receiver.query('bad:utf8 or ALERTS{alertname="Sliced"}'), []);
    const [good] = await receiver.query("good:utf8");
    assert.equal(good?.metric.who, "café");
  });
});
