import assert from "node:assert/strict";
import { Link } from "../support/link.ts";

describe("when one of the receiver's two addresses is down", () => {
  let link: Link;
  before(async () => {
    // Nothing listens on the second one.
    link = await Link.up({ receiverAddresses: ["127.0.0.1", "127.0.0.9"] });
  });
  after(() => link?.down());

  it("a few requests fail with a retryable status, and then none", async () => {
    const statuses: number[] = [];
    for (let count = 0; count < 60; count++) statuses.push(await link.write());
    const refused = statuses.filter((status) => status !== 204);
    // Two failures to connect on each of the two workers set it aside.
    assert.ok(refused.length <= 4, `${refused.length} of ${statuses.length} refused`);
    assert.ok(refused.every((status) => status === 503));
    assert.ok((await link.sender.counter("envoy_cluster_outlier_detection_ejections_active", '"receiver"')) === 1);
  });

  it("Envoy does not eject an address because of the receiver's answers", async () => {
    link.sink.status = 503;
    for (let count = 0; count < 20; count++) assert.equal(await link.write(), 503);
    link.sink.status = 204;
    assert.equal(await link.write(), 204);
    assert.equal(await link.sender.counter("envoy_cluster_outlier_detection_ejections_active", '"receiver"'), 1);
  });
});
