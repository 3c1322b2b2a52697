import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "../../../support/eventually.ts";
import { Authority } from "../support/authority.ts";
import { callOnce } from "../support/client.ts";
import { Link, receiverName } from "../support/link.ts";
import { halfAClientHello, Neighbour } from "../support/neighbour.ts";

const otherAddress = "127.0.0.2";
const nobodysAddress = "127.0.0.3";

/** More than the receiver's Envoy takes from everybody together. */
const crowd = 120;

describe("somebody without a certificate who holds connections open", () => {
  let directory: string;
  let accountC: Authority;
  let half: Buffer;
  let link: Link;
  const neighbour = new Neighbour();
  before(async () => {
    directory = mkdtempSync(join(tmpdir(), "account-c-"));
    accountC = new Authority(directory, "c");
    half = await halfAClientHello(receiverName);
  });
  after(() => rmSync(directory, { recursive: true }));
  afterEach(async () => {
    neighbour.leave();
    await link.down();
  });

  const upWithTwo = () =>
    Link.up({
      otherSenders: {
        c: { dnsName: "metrics-sender.account-c.internal", addresses: [otherAddress], root: accountC.root },
      },
    });

  /** The sender has no connection yet, so each of its writes needs one more. */
  async function assertSenderWrites(): Promise<void> {
    for (let count = 0; count < 12; count++) assert.equal((await callOnce(link.rightful)).status, 204);
    assert.equal(await link.write(), 204);
    assert.equal(await link.receiver.counter("envoy_listener_downstream_global_cx_overflow"), 0);
  }

  const limited = (prefix: string) =>
    link.receiver.counter("envoy_connection_limit_limited_connections", `"${prefix}"`);

  const says = { nothing: () => Buffer.of(), "half a ClientHello": () => half };
  for (const [what, bytes] of Object.entries(says)) {
    it(`from another sender's address, saying ${what}, takes that sender's share`, async () => {
      link = await upWithTwo();
      await neighbour.open(crowd, otherAddress, link.ingestPort, bytes());
      await assertSenderWrites();
      assert.equal(await limited("sender_c"), crowd - 16);
    });

    it(`from nobody's address, saying ${what}, takes the share of all strangers`, async () => {
      link = await Link.up();
      await neighbour.open(crowd, nobodysAddress, link.ingestPort, bytes());
      await assertSenderWrites();
      assert.equal(await limited("elsewhere"), crowd - 16);
    });

    it(`from nobody's address, saying ${what}, is closed at once where there are several senders`, async () => {
      link = await upWithTwo();
      await neighbour.open(crowd, nobodysAddress, link.ingestPort, bytes());
      await assertSenderWrites();
      await eventually("all are closed", () => (neighbour.held === 0 ? true : undefined));
      assert.equal(await link.receiver.counter("envoy_listener_no_filter_chain_match", '"ingest"'), crowd);
    });
  }

  it("at the port for health checks, does not reach the link", async () => {
    link = await Link.up();
    await neighbour.open(crowd, otherAddress, Number(new URL(link.readyUrl).port));
    await assertSenderWrites();
  });
});
