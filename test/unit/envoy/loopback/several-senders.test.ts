import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Authority } from "../support/authority.ts";
import { type Caller, callOnce } from "../support/client.ts";
import { Link, senderName } from "../support/link.ts";

const otherName = "metrics-sender.account-c.internal";
const otherAddress = "127.0.0.2";

describe("several senders at one receiver", () => {
  let directory: string;
  let accountC: Authority;
  let link: Link;
  before(async () => {
    directory = mkdtempSync(join(tmpdir(), "account-c-"));
    accountC = new Authority(directory, "c");
    link = await Link.up({
      otherSenders: { c: { dnsName: otherName, addresses: [otherAddress], root: accountC.root } },
    });
  });
  after(async () => {
    await link?.down();
    rmSync(directory, { recursive: true });
  });

  const otherSender = (): Caller => ({
    ...link.client,
    leaf: accountC.issue({ dnsName: otherName, usage: "clientAuth" }),
    sourceAddress: otherAddress,
  });

  const accepted = (prefix: string) =>
    link.receiver.counter("envoy_http_downstream_rq_xx", `class="2",envoy_http_conn_manager_prefix="${prefix}"`);

  it("admits each from its own address", async () => {
    assert.equal((await callOnce(link.client)).status, 204);
    assert.equal((await callOnce(otherSender())).status, 204);
    assert.equal(await accepted("sender_a"), 1);
    assert.equal(await accepted("sender_c"), 1);
  });

  it("refuses each from the other sender's address", async () => {
    const before = await link.receiver.counter("envoy_listener_ssl_fail_verify_error");
    await assert.rejects(callOnce({ ...link.client, sourceAddress: otherAddress }));
    await assert.rejects(callOnce({ ...otherSender(), sourceAddress: "127.0.0.1" }));
    assert.equal(await link.receiver.counter("envoy_listener_ssl_fail_verify_error"), before + 2);
  });

  it("refuses a sender's name in a certificate issued by the other sender's authority, from either address", async () => {
    const forged = { ...link.client, leaf: accountC.issue({ dnsName: senderName, usage: "clientAuth" }) };
    await assert.rejects(callOnce(forged));
    await assert.rejects(callOnce({ ...forged, sourceAddress: otherAddress }));
  });

  it("closes a connection from any other address before TLS, and logs its source address", async () => {
    const from = link.receiver.log.length;
    await assert.rejects(callOnce({ ...link.client, sourceAddress: "127.0.0.3" }));
    const line = await link.receiver.logged(
      "the connection",
      ({ source }) => String(source).startsWith("127.0.0.3:"),
      from,
    );
    assert.equal(line.details, "filter_chain_not_found");
    assert.equal(line.tls_version, null);
    assert.equal(await link.receiver.counter("envoy_listener_no_filter_chain_match", '"ingest"'), 1);
  });
});
