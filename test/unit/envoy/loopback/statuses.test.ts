import assert from "node:assert/strict";
import { connect } from "node:net";
import { eventually } from "../../../support/eventually.ts";
import { Client } from "../support/client.ts";
import { Link } from "../support/link.ts";

describe("the status that the sender's Prometheus gets from the link", () => {
  let link: Link;
  beforeEach(async () => {
    link = await Link.up({ limits: { requestSeconds: 1, connectionLifetimeSeconds: 1 } });
  });
  afterEach(() => link.down());

  it("is 503 while the receiver's Prometheus is down, and 204 again afterwards", async () => {
    await link.sink.close();
    assert.equal(await link.write(), 503);
    await link.restartSink();
    assert.equal(await link.write(), 204);
  });

  it("is 503 while the receiver's Envoy is down", async () => {
    await link.receiver.stop();
    assert.equal(await link.write(), 503);
  });

  it("is 503 when the receiver refuses the sender's certificate", async () => {
    const leaf = link.accountB.issue({ dnsName: "nobody.account-b.internal", usage: "clientAuth" });
    link.senderHost.switchTo(link.senderRelease(leaf, link.accountB.root));
    await eventually("the new certificate is in use", async () => ((await link.write()) === 503 ? true : undefined));
    const line = await link.sender.logged("the request", ({ status }) => status === 503);
    assert.match(String(line.flags), /UC/);
  });

  for (const status of [400, 500, 503]) {
    it(`is ${status} when the receiver's Prometheus answers ${status}`, async () => {
      link.sink.status = status;
      assert.equal(await link.write(), status);
    });
  }

  it("is 503 instead of 408 when a request arrives too slowly at the receiver", async () => {
    const client = Client.connect(link.client);
    try {
      const { status } = await client.request({ unfinished: Buffer.from("half") });
      assert.equal(status, 503);
    } finally {
      client.close();
    }
    assert.equal(link.sink.received.length, 0);
  });
});

describe("the status that the sender's Prometheus gets from its own Envoy", () => {
  it("is 503 instead of 408 when Prometheus itself writes too slowly", async () => {
    const link = await Link.up({ limits: { requestSeconds: 1 }, receiverLimits: { requestSeconds: 12 } });
    try {
      const { port } = new URL(link.egressUrl);
      const answer = await new Promise<string>((resolve, reject) => {
        const socket = connect(Number(port), "127.0.0.1", () => {
          socket.write("POST /api/v1/write HTTP/1.1\r\nHost: link\r\nContent-Length: 100\r\n\r\nhalf");
        });
        socket.on("data", (data) => {
          resolve(data.toString());
          socket.destroy();
        });
        socket.on("error", reject);
      });
      assert.match(answer, /^HTTP\/1\.1 503 /);
      const line = await link.sender.logged("the request", ({ type }) => type === "request");
      assert.equal(line.details, "request_overall_timeout");
    } finally {
      await link.down();
    }
  });
});
