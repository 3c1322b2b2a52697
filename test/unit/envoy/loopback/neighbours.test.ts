import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "../../../support/eventually.ts";
import { Authority } from "../support/authority.ts";
import { type Caller, callOnce } from "../support/client.ts";
import { Link, type LinkOptions, receiverName } from "../support/link.ts";
import { halfAClientHello, http2Preface, Neighbour } from "../support/neighbour.ts";

const sendersAddress = "127.0.0.1";
const otherAddress = "127.0.0.2";
const nobodysAddress = "127.0.0.3";
const otherName = "metrics-sender.account-c.internal";

/** More than the receiver's Envoy takes from everybody together. */
const crowd = 120;
/** `connectionsPerSender`, unless a test says otherwise. */
const share = 16;

describe("a client that holds connections to the receiver open", () => {
  let directory: string;
  let accountC: Authority;
  let link: Link;
  const neighbour = new Neighbour();
  before(() => {
    directory = mkdtempSync(join(tmpdir(), "account-c-"));
    accountC = new Authority(directory, "c");
  });
  after(() => rmSync(directory, { recursive: true }));
  afterEach(async () => {
    neighbour.leave();
    await link.down();
  });

  const upWithTwo = (options: LinkOptions = {}) =>
    Link.up({
      ...options,
      otherSenders: { c: { dnsName: otherName, addresses: [otherAddress], root: accountC.root } },
    });

  const otherSender = (): Caller => ({
    ...link.client,
    leaf: accountC.issue({ dnsName: otherName, usage: "clientAuth" }),
    sourceAddress: otherAddress,
  });

  /** Nobody's trouble but the neighbour's own: each of these writes needs a new connection. */
  async function assertSenderWrites(): Promise<void> {
    for (let count = 0; count < 12; count++) assert.equal((await callOnce(link.client)).status, 204);
    assert.equal(await link.write(), 204);
    const overflow = /^envoy_listener_downstream_global_cx_overflow\{envoy_listener_address="ingest"\} 0$/m;
    assert.match(await link.receiver.metrics(), overflow);
  }

  const limited = (prefix: string) =>
    link.receiver.counter("envoy_connection_limit_limited_connections", `"${prefix}"`);
  const allClosed = () => eventually("all are closed", () => (neighbour.held === 0 ? true : undefined));

  const clearText = {
    "without sending a byte": async () => Buffer.of(),
    "with half a ClientHello": () => halfAClientHello(receiverName),
  };
  for (const [how, bytes] of Object.entries(clearText)) {
    it(`${how}, from another sender's address, uses up only that sender's share`, async () => {
      link = await upWithTwo();
      await neighbour.open(crowd, otherAddress, link.ingestPort, await bytes());
      await assertSenderWrites();
      assert.equal(await limited("sender_c"), crowd - share);
      const line = await link.receiver.logged("a refusal", (one) => one.close_reason === "over_connection_limit");
      assert.match(String(line.source), /^127\.0\.0\.2:/);
      assert.equal(line.filter_chain, "c");
    });

    it(`${how}, from an unknown address, uses up only the share for unknown addresses`, async () => {
      link = await Link.up();
      await neighbour.open(crowd, nobodysAddress, link.ingestPort, await bytes());
      await assertSenderWrites();
      assert.equal(await limited("elsewhere"), crowd - share);
    });

    it(`${how}, from an unknown address, gets no connection if there are several senders`, async () => {
      link = await upWithTwo();
      await neighbour.open(crowd, nobodysAddress, link.ingestPort, await bytes());
      await assertSenderWrites();
      await allClosed();
      assert.equal(await link.receiver.counter("envoy_listener_no_filter_chain_match", '"ingest"'), crowd);
    });

    it(`${how}, from a sender's own address, blocks that sender's new connections until its handshakes time out`, async () => {
      link = await upWithTwo({ limits: { handshakeSeconds: 2 } });
      assert.equal(await link.write(), 204);
      await neighbour.open(crowd, sendersAddress, link.ingestPort, await bytes());
      await assert.rejects(callOnce(link.client));
      assert.equal(await link.write(), 204, "on the connection that the sender already has");
      assert.equal((await callOnce(otherSender())).status, 204);
      await allClosed();
      await assertSenderWrites();
      assert.equal(
        await link.receiver.counter("envoy_listener_downstream_cx_transport_socket_connect_timeout", '"ingest"'),
        share - 1,
      );
    });
  }

  const overTls = { "after the handshake": Buffer.of(), "after the HTTP/2 preface": http2Preface };
  for (const [when, bytes] of Object.entries(overTls)) {
    it(`${when}, with another sender's certificate, uses up that sender's share and loses it when idle`, async () => {
      link = await upWithTwo({ receiverLimits: { idleSeconds: 2 } });
      await neighbour.openTls(crowd, otherSender(), bytes);
      await assertSenderWrites();
      assert.equal(await limited("sender_c"), crowd - share);
      await allClosed();
      assert.equal((await callOnce(otherSender())).status, 204);
    });
  }

  it("on the health check port, does not affect the link, and loses its connections within seconds", async () => {
    link = await Link.up();
    await neighbour.open(crowd, otherAddress, Number(new URL(link.readyUrl).port));
    await assertSenderWrites();
    assert.equal(await limited("ready"), crowd - 32);
    await allClosed();
    assert.equal((await fetch(`${link.readyUrl}/ready`)).status, 200);
  });
});
