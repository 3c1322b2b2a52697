import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "../../../support/eventually.ts";
import { Authority } from "../support/authority.ts";
import { type Caller, Client, callOnce } from "../support/client.ts";
import { Link } from "../support/link.ts";

const otherName = "metrics-sender.account-c.internal";
const otherAddress = "127.0.0.2";

describe("a sender that is suspended", () => {
  let directory: string;
  let accountC: Authority;
  let link: Link;
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), "account-c-"));
    accountC = new Authority(directory, "c");
    link = await Link.up({
      otherSenders: { c: { dnsName: otherName, addresses: [otherAddress], root: accountC.root } },
    });
  });
  afterEach(async () => {
    await link?.down();
    rmSync(directory, { recursive: true });
  });

  const otherSender = (): Caller => ({
    ...link.client,
    leaf: accountC.issue({ dnsName: otherName, usage: "clientAuth" }),
    sourceAddress: otherAddress,
  });

  it("has its open connection closed and is refused from then on, while the other sender still gets 204", async () => {
    const open = Client.connect(otherSender());
    try {
      assert.equal((await open.request()).status, 204);
      assert.equal(await link.write(), 204);
      await link.suspend("c");
      await eventually("the open connection to end", () => (open.isClosed ? true : undefined));
      await assert.rejects(open.request());
      await assert.rejects(callOnce(otherSender()));
      await assert.rejects(callOnce({ ...otherSender(), sourceAddress: "127.0.0.1" }));
      await eventually("the other to be accepted", async () => ((await link.write()) === 204 ? true : undefined));
      assert.ok((await link.receiver.counter("envoy_listener_no_filter_chain_match", '"ingest"')) >= 1);
    } finally {
      open.close();
    }
  });

  it("can write again after a release that contains it", async () => {
    await link.suspend("c");
    await assert.rejects(callOnce(otherSender()));
    await link.suspend();
    assert.equal((await callOnce(otherSender())).status, 204);
  });

  it("may be the only one: then nobody can connect, and Envoy is still ready", async () => {
    await link.suspend("a", "c");
    await assert.rejects(callOnce(link.client), /ECONNREFUSED/);
    await assert.rejects(callOnce(otherSender()), /ECONNREFUSED/);
    assert.equal((await fetch(`${link.readyUrl}/ready`)).status, 200);
    assert.equal(await link.write(), 503);
  });
});
