import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { setImmediate as breathe } from "node:timers/promises";
import { eventually } from "../../../support/eventually.ts";
import { callOnce } from "../support/client.ts";
import { Link, receiverName, senderName } from "../support/link.ts";

const serialOf = (pem: string) => new X509Certificate(pem).serialNumber.toLowerCase();
const notAfterOf = (pem: string) => new Date(new X509Certificate(pem).validTo).toISOString();

describe("a certificate rotation under load", () => {
  let link: Link;
  let writing: Promise<void>;
  let statuses: number[];
  let enough = false;
  beforeEach(async () => {
    link = await Link.up({ limits: { connectionLifetimeSeconds: 1 } });
    enough = false;
    statuses = [];
    writing = write();
  });
  afterEach(async () => {
    enough = true;
    await writing;
    await link.down();
  });

  async function write(): Promise<void> {
    while (!enough) {
      statuses.push(await link.write());
      await breathe();
    }
  }

  const seenByReceiver = (field: string, value: string) =>
    eventually(`a request with ${field} ${value}`, () => link.receiver.log.find((line) => line[field] === value));
  const seenBySender = (field: string, value: string) =>
    eventually(`a request with ${field} ${value}`, () => link.sender.log.find((line) => line[field] === value));

  async function assertNothingFailed(): Promise<void> {
    await eventually("more than ten writes", () => (statuses.length > 10 ? true : undefined));
    enough = true;
    await writing;
    assert.deepEqual([...new Set(statuses)], [204]);
    assert.equal(await link.sender.counter("envoy_sds_key_rotation_failed"), 0);
    assert.equal(await link.receiver.counter("envoy_sds_key_rotation_failed"), 0);
  }

  it("replaces the leaf of either side on live connections within the connection lifetime", async () => {
    const days = { days: 2 };
    const senderLeaf = link.accountA.issue({ dnsName: senderName, usage: "clientAuth", ...days });
    const receiverLeaf = link.accountB.issue({ dnsName: receiverName, usage: "serverAuth", ...days });
    link.senderHost.switchTo(link.senderRelease(senderLeaf, link.accountB.root));
    await seenByReceiver("peer_serial", serialOf(senderLeaf.certificateChain));
    link.receiverHost.switchTo(link.receiverRelease(receiverLeaf, link.accountA.root));
    await seenBySender("upstream_not_after", notAfterOf(receiverLeaf.certificateChain));
    await assertNothingFailed();
  });

  it("replaces a root: trust both, replace the leaf, remove the old root", async () => {
    const next = link.newAuthority("a-next");
    link.receiverHost.switchTo(link.receiverRelease(link.receiverLeaf, link.accountA.root + next.root));
    await eventually("two generations of trust", async () =>
      (await link.receiver.counter("envoy_listener_server_ssl_socket_factory_ssl_context_update_by_sds")) > 4
        ? true
        : undefined,
    );
    const leaf = next.issue({ dnsName: senderName, usage: "clientAuth" });
    link.senderHost.switchTo(link.senderRelease(leaf, link.accountB.root));
    await seenByReceiver("peer_issuer", "CN=a-next intermediate");
    link.receiverHost.switchTo(link.receiverRelease(link.receiverLeaf, next.root));
    await eventually("the old root is no longer trusted", () =>
      callOnce(link.client).then(
        () => undefined,
        () => true,
      ),
    );
    await assertNothingFailed();
  });
});
