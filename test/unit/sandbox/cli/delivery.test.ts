import assert from "node:assert/strict";
import { type DeliveryState, deliveryOf, describeDelivery, type Firing } from "@metrics-link/sandbox/cli/delivery.ts";

const firing = (alertname: string, link_side: string, state: "firing" | "pending" = "firing") => ({
  labels: { alertname, link_side },
  annotations: {},
  state,
  activeAt: "2026-11-22T08:00:00Z",
});
const hosts = (...ofSender: ReturnType<typeof firing>[]): Record<string, Firing> => ({
  sender: { alerts: ofSender, externalLabels: { account: "a" } },
  receiver: { alerts: [firing("Watchdog", "receives")], externalLabels: {} },
});
const received = (labels: Record<string, string>) => ({ labels, startsAt: "2026-11-22T08:00:00Z" });
const fromSender = received({ alertname: "Watchdog", link_side: "sends", account: "a" });
const fromReceiver = received({ alertname: "Watchdog", link_side: "receives" });
const told = (delivery: DeliveryState) => describeDelivery(delivery);

describe("sandbox: delivery to the Alertmanager", () => {
  it("is listed by sender, by the labels that distinguish them", () => {
    const delivery = deliveryOf(hosts(firing("Watchdog", "sends")), [fromReceiver, fromSender]);
    assert.deepEqual(delivery.missing, []);
    assert.deepEqual(told(delivery), [
      'received  by the Alertmanager from {account="a", link_side="sends"}: Watchdog',
      'received  by the Alertmanager from {link_side="receives"}: Watchdog',
    ]);
  });

  it("reports firing alerts that have not arrived; pending ones are not due", () => {
    const alerts = [
      firing("Watchdog", "sends"),
      firing("LinkBehind", "sends"),
      firing("DiskFilling", "sends", "pending"),
    ];
    const delivery = deliveryOf(hosts(...alerts), [fromReceiver, fromSender]);
    assert.deepEqual(
      delivery.missing.map(({ host, alert }) => [host, alert]),
      [["sender", "LinkBehind"]],
    );
    assert.match(told(delivery).at(-1) ?? "", /^received {2}NOT DELIVERED: LinkBehind fires on sender.*account="a"/);
  });

  it("does not confuse alerts of two hosts, or with different labels", () => {
    const watchdog = hosts(firing("Watchdog", "sends"));
    const others = [
      [fromReceiver],
      [fromReceiver, received({ alertname: "Watchdog", link_side: "sends" })],
      [fromReceiver, received({ ...fromSender.labels, account: "b" })],
      [fromReceiver, received({ ...fromSender.labels, team: "x" })],
    ];
    for (const alerts of others) assert.equal(deliveryOf(watchdog, alerts).missing.length, 1, JSON.stringify(alerts));
  });

  it("is unknown when the Alertmanager does not answer, and empty only when it says so", () => {
    assert.deepEqual(told({ error: "it does not run" }), [
      "received  NOT KNOWN, cannot read the Alertmanager: it does not run",
    ]);
    const silent = { sender: { alerts: null, externalLabels: {} } };
    assert.deepEqual(told(deliveryOf(silent, [])), ["received  nothing by the Alertmanager"]);
  });
});
