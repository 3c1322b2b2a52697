import assert from "node:assert/strict";
import { receiverFlags, renderReceiver, renderSender, senderFlags } from "@metrics-link/prometheus";
import { eventually } from "../../support/eventually.ts";
import { freePorts } from "../../support/free-ports.ts";
import { Link } from "../envoy/support/link.ts";
import { PrometheusProcess } from "./prometheus-process.ts";

describe("two real Prometheus servers linked by two real Envoys", () => {
  let link: Link;
  let sender: PrometheusProcess;
  let receiver: PrometheusProcess;
  before(async () => {
    link = await Link.up();
    await link.sink.close();
    receiver = await PrometheusProcess.start(
      renderReceiver({ scrapeInterval: "1s", externalLabels: {}, outOfOrderTimeWindow: "2h" }),
      receiverFlags({ dataVolumeGiB: 1 }),
      link.prometheusPort,
      0,
    );
    const [port = 0] = await freePorts(1);
    sender = await PrometheusProcess.start(
      renderSender({ scrapeInterval: "1s", externalLabels: { account: "a" }, linked: true }),
      senderFlags({ dataVolumeGiB: 1 }),
      port,
      Number(new URL(link.egressUrl).port),
    );
  });
  after(async () => {
    await Promise.all([sender?.stop(), receiver?.stop()]);
    await link?.down();
  });

  it("deliver the sender's samples to the receiver, with its external labels", async () => {
    const [sample] = await eventually("a sample of the sender", async () => {
      const found = await receiver.query('up{account="a",job="prometheus"}');
      return found.length > 0 ? found : undefined;
    });
    assert.equal(sample?.value[1], "1");
  });

  it("refuse writes on every other endpoint", async () => {
    const { status } = await fetch(`${sender.url}/api/v1/write`, { method: "POST" });
    assert.equal(status, 404);
    assert.equal((await fetch(`${receiver.url}/-/reload`, { method: "POST" })).status, 403);
  });
});
