import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Authority } from "../support/authority.ts";
import { type Caller, callOnce } from "../support/client.ts";
import { Link, senderName } from "../support/link.ts";

const tlsFailures = "envoy_listener_ssl_";

describe("the receiver's Envoy, when it verifies clients", () => {
  let directory: string;
  let stranger: Authority;
  let link: Link;
  before(async () => {
    directory = mkdtempSync(join(tmpdir(), "stranger-"));
    stranger = new Authority(directory, "stranger");
    link = await Link.up();
  });
  after(async () => {
    await link?.down();
    rmSync(directory, { recursive: true });
  });

  it("accepts the sender, and logs its identity", async () => {
    const from = link.receiver.log.length;
    assert.equal((await callOnce(link.client)).status, 204);
    const line = await link.receiver.logged("the request", ({ type }) => type === "request", from);
    assert.equal(line.status, 204);
    assert.equal(line.filter_chain, "a");
    assert.equal(line.tls_version, "TLSv1.3");
    assert.equal(line.peer_subject, `CN=${senderName}`);
    assert.equal(line.peer_issuer, "CN=a intermediate");
    assert.equal(line.peer_san, senderName);
    assert.match(String(line.peer_serial), /^[0-9a-f]+$/);
    assert.match(String(line.peer_sha256), /^[0-9a-f]{64}$/);
    assert.match(String(line.source), /^127\.0\.0\.1:\d+$/);
  });

  interface Hostile {
    readonly who: string;
    readonly counter: string;
    readonly reason: RegExp;
    readonly change: () => Partial<Caller>;
  }
  const leafOf = (dnsName: string, days?: number) => ({
    leaf: link.accountA.issue({ dnsName, usage: "clientAuth", ...(days === undefined ? {} : { days }) }),
  });
  const hostile: readonly Hostile[] = [
    {
      who: "another name of the right PKI",
      counter: "fail_verify_san",
      reason: /SAN/i,
      change: () => leafOf("other.account-a.internal"),
    },
    {
      who: "a wildcard that covers the name",
      counter: "fail_verify_san",
      reason: /SAN/i,
      change: () => leafOf("*.account-a.internal"),
    },
    {
      who: "the name with something behind it",
      counter: "fail_verify_san",
      reason: /SAN/i,
      change: () => leafOf(`${senderName}.example.com`),
    },
    {
      who: "a name in which a dot is another character",
      counter: "fail_verify_san",
      reason: /SAN/i,
      change: () => leafOf(senderName.replace(".", "x")),
    },
    {
      who: "the right name of another PKI",
      counter: "fail_verify_error",
      reason: /issuer|CERTIFICATE_VERIFY_FAILED/i,
      change: () => ({ leaf: stranger.issue({ dnsName: senderName, usage: "clientAuth" }) }),
    },
    {
      who: "the right name of the receiver's own PKI",
      counter: "fail_verify_error",
      reason: /issuer|CERTIFICATE_VERIFY_FAILED/i,
      change: () => ({ leaf: link.accountB.issue({ dnsName: senderName, usage: "clientAuth" }) }),
    },
    {
      who: "a certificate that has expired",
      counter: "fail_verify_error",
      reason: /expired/i,
      change: () => leafOf(senderName, -1),
    },
    {
      who: "a certificate for servers alone",
      counter: "fail_verify_error",
      reason: /purpose|CERTIFICATE_VERIFY_FAILED/i,
      change: () => ({ leaf: link.accountA.issue({ dnsName: senderName, usage: "serverAuth" }) }),
    },
    {
      who: "TLS 1.2",
      counter: "connection_error",
      reason: /protocol/i,
      change: () => ({ maxVersion: "TLSv1.2" }),
    },
  ];
  for (const { who, counter, reason, change } of hostile) {
    it(`refuses ${who}`, async () => {
      await assertRefused({ ...link.client, ...change() }, counter, reason);
    });
  }

  it("refuses a client without a certificate", async () => {
    const { leaf: _, ...without } = link.client;
    await assertRefused(without, "fail_verify_no_cert", /PEER_DID_NOT_RETURN_A_CERTIFICATE/);
  });

  it("reports a valid certificate from an unknown source address, and forwards none of its requests", async () => {
    const arrived = link.sink.received.length;
    const from = link.receiver.log.length;
    const { status } = await callOnce({ ...link.client, sourceAddress: "127.0.0.3" });
    assert.equal(status, 503);
    const line = await link.receiver.logged("the request", ({ type }) => type === "request", from);
    assert.equal(line.filter_chain, "elsewhere");
    assert.equal(line.route, "wrong-address");
    assert.equal(line.peer_subject, `CN=${senderName}`);
    assert.match(String(line.source), /^127\.0\.0\.3:/);
    assert.equal(await link.receiver.counter("envoy_http_downstream_rq_total", '"elsewhere"'), 1);
    assert.equal(link.sink.received.length, arrived);
  });

  it("refuses an invalid certificate from an unknown source address in the handshake", async () => {
    await assertRefused(
      { ...link.client, ...leafOf("other.account-a.internal"), sourceAddress: "127.0.0.3" },
      "fail_verify_san",
      /SAN/i,
    );
  });

  async function assertRefused(caller: Caller, counter: string, reason: RegExp): Promise<void> {
    const arrived = link.sink.received.length;
    const from = link.receiver.log.length;
    const before = await link.receiver.counter(tlsFailures + counter);
    await assert.rejects(callOnce(caller));
    const line = await link.receiver.logged("the connection", ({ tls_failure }) => tls_failure !== null, from);
    assert.equal(line.type, "connection");
    assert.match(String(line.tls_failure), reason);
    assert.equal(await link.receiver.counter(tlsFailures + counter), before + 1);
    assert.equal(link.sink.received.length, arrived);
  }
});
