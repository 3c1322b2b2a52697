import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { asFile, find, readValue } from "@metrics-link/envoy/read/index.ts";
import { Authority } from "../support/authority.ts";
import { type Caller, Client, callOnce } from "../support/client.ts";
import { Link } from "../support/link.ts";

const header = "x-metrics-link-sender";
const otherName = "metrics-sender.account-c.internal";
const otherAddress = "127.0.0.2";

describe("the receiver's Envoy in front of the gate", () => {
  let directory: string;
  let accountC: Authority;
  let link: Link;
  let gate: Server;
  /** Raw headers of each request, in pairs. */
  let received: string[][] = [];
  before(async () => {
    directory = mkdtempSync(join(tmpdir(), "account-c-"));
    accountC = new Authority(directory, "c");
    link = await Link.up({
      gated: true,
      otherSenders: { c: { dnsName: otherName, addresses: [otherAddress], root: accountC.root } },
    });
    gate = createServer((request, response) => {
      received.push(request.rawHeaders);
      request.resume();
      request.on("end", () => response.writeHead(204).end());
    });
    await new Promise<void>((resolve) => gate.listen(link.receiverHost.gateSocket, resolve));
  });
  beforeEach(() => {
    received = [];
  });
  after(async () => {
    gate?.closeAllConnections();
    await Promise.all([link?.down(), new Promise((resolve) => gate?.close(resolve))]);
    rmSync(directory, { recursive: true });
  });

  /** The sender that the gate was told, in each request: all values of the header. */
  const told = () =>
    received.map((pairs) => pairs.filter((_, index) => index % 2 === 1 && pairs[index - 1]?.toLowerCase() === header));
  const otherSender = (): Caller => ({
    ...link.client,
    leaf: accountC.issue({ dnsName: otherName, usage: "clientAuth" }),
    sourceAddress: otherAddress,
  });

  it("names the sender whose chain a request came through", async () => {
    assert.equal((await callOnce(link.client)).status, 204);
    assert.equal((await callOnce(otherSender())).status, 204);
    assert.deepEqual(told(), [["a"], ["c"]]);
  });

  it("names it for what the sender's own Envoy passes on, too", async () => {
    assert.equal(await link.write(), 204);
    assert.deepEqual(told(), [["a"]]);
  });

  for (const [title, values] of [
    ["once", "c"],
    ["twice", ["c", "c"]],
    ["as a list", "c, a"],
    ["empty", ""],
  ] as const) {
    it(`replaces a name that the client sends ${title}`, async () => {
      const client = Client.connect(link.client);
      try {
        assert.equal((await client.request({ headers: { [header]: values as string } })).status, 204);
      } finally {
        client.close();
      }
      assert.deepEqual(told(), [["a"]]);
    });
  }

  it("refuses a header that another program might take for it", async () => {
    await assert.rejects(callOnce(link.client, { headers: { x_metrics_link_sender: "c" } }));
    assert.deepEqual(told(), []);
  });

  it("runs as it was told, and no rule has anything against it", async () => {
    await link.inForce();
    const found = link.receiverHost.published(asFile(await link.running("receiver")));
    assert.deepEqual(find(readValue(found, "running"), { role: "receiver" }), []);
  });

  it("answers 503 while the gate is down, which senders retry", async () => {
    gate.closeAllConnections();
    await new Promise((resolve) => gate.close(resolve));
    assert.equal((await callOnce(link.client)).status, 503);
    await new Promise<void>((resolve) => gate.listen(link.receiverHost.gateSocket, resolve));
    assert.equal((await callOnce(link.client)).status, 204);
  });
});
