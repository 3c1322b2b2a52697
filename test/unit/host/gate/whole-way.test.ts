import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { refusalReasons } from "@metrics-link/gate";
import { eventually } from "../../../support/eventually.ts";
import { Authority } from "../../envoy/support/authority.ts";
import { Client } from "../../envoy/support/client.ts";
import { Link } from "../../envoy/support/link.ts";
import { lies } from "../../gate/lies.ts";
import { contentTypes, encodeV1, nodeSeries, snappy } from "../../gate/messages.ts";
import { BarePrometheus, GateProcess } from "./processes.ts";

const configuration = {
  mode: "enforce",
  reserved: { link_side: ["sends"] },
  senders: { a: { labels: { account: "111" } }, c: { labels: { account: "222" } } },
};
const otherAddress = "127.0.0.2";

describe("a sender's certificate, Envoy, gate and Prometheus", function () {
  this.timeout(60_000);
  let directory: string;
  let link: Link;
  let prometheus: BarePrometheus;
  let gate: GateProcess;
  /** Of the sender whose name is `a`, and of the one whose name is `c`. */
  let a: Client;
  let c: Client;
  before(async () => {
    directory = mkdtempSync(join(tmpdir(), "account-c-"));
    const accountC = new Authority(directory, "c");
    const dnsName = "metrics-sender.account-c.internal";
    prometheus = await BarePrometheus.start();
    link = await Link.up({
      gated: true,
      otherSenders: { c: { dnsName, addresses: [otherAddress], root: accountC.root } },
    });
    gate = await GateProcess.start(configuration, prometheus.url, link.receiverHost.gateSocket);
    a = Client.connect(link.client);
    const leaf = accountC.issue({ dnsName, usage: "clientAuth" });
    c = Client.connect({ ...link.client, leaf, sourceAddress: otherAddress });
  });
  after(async () => {
    a?.close();
    c?.close();
    await Promise.all([gate?.stop(), link?.down(), prometheus?.stop()]);
    rmSync(directory, { recursive: true });
  });

  /** @param claims the sender that the client itself says it is */
  const write = async (client: Client, protocol: 1 | 2, body: Uint8Array, claims = "c") => {
    const headers = {
      "content-type": contentTypes[protocol],
      "content-encoding": "snappy",
      "x-metrics-link-sender": claims,
    };
    return (await client.request({ headers, body: Buffer.from(body) })).status;
  };
  const seriesOf = (account: string, count: number, time: number) =>
    snappy(encodeV1(nodeSeries(count, [["account", account]], time)));

  it("store nothing of any lie, whoever the client says that it is", async () => {
    for (const { title, protocol, body, reason } of lies(Date.now())) {
      assert.equal(await write(a, protocol, body()), refusalReasons[reason].status, `version ${protocol}: ${title}`);
    }
    assert.equal(await prometheus.stored(), 0);
  });

  it("store what is true of each sender, and nothing of the one in the name of the other", async () => {
    const now = Date.now();
    assert.equal(await write(a, 1, seriesOf("222", 3, now)), 400);
    assert.equal(await write(c, 1, seriesOf("111", 3, now), "a"), 400);
    assert.equal(await prometheus.stored(), 0);
    assert.equal(await write(a, 1, seriesOf("111", 3, now)), 204);
    assert.equal(await write(c, 1, seriesOf("222", 5, now), "a"), 204);
    assert.equal(await prometheus.stored(), 8);
  });

  it("lose nothing while the gate is killed and started again, since a sender tries again after 503", async () => {
    const before = await prometheus.stored();
    const began = Date.now();
    let written = 0;
    let refused = 0;
    let stopped = false;
    /** As a sender's queue: one batch after the other, each until it is acknowledged. */
    const queue = (async () => {
      for (let batch = 0; !stopped; batch += 1) {
        const body = seriesOf("111", 50, began + batch);
        for (;;) {
          const status = await write(a, 1, body);
          if (status === 204) break;
          assert.equal(status, 503);
          refused += 1;
          await pause(20);
        }
        written += 50;
      }
    })();
    for (const signal of ["SIGKILL", "SIGTERM"] as const) {
      const [acknowledged, sentAgain] = [written, refused];
      await eventually("batches are acknowledged", () => written > acknowledged || undefined);
      await gate.kill(signal);
      await eventually("a batch is refused", () => refused > sentAgain || undefined);
      await gate.restart();
    }
    stopped = true;
    await queue;
    assert.equal((await prometheus.stored()) - before, written);
  });
});
