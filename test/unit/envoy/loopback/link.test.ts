import assert from "node:assert/strict";
import { Link } from "../support/link.ts";

describe("the link on loopback", () => {
  let link: Link;
  before(async () => {
    link = await Link.up();
  });
  after(() => link?.down());

  it("carries a write from the sender's loopback to the receiver's Prometheus", async () => {
    assert.equal(await link.write("forty-two samples"), 204);
    const [request] = link.sink.received;
    assert.equal(request?.method, "POST");
    assert.equal(request?.url, "/api/v1/write");
    assert.equal(request?.bytes, "forty-two samples".length);
  });
});
