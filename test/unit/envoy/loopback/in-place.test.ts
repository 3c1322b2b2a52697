import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { releaseFiles } from "@metrics-link/envoy";
import { eventually } from "../../../support/eventually.ts";
import { Authority } from "../support/authority.ts";
import { type Caller, Client, callOnce } from "../support/client.ts";
import { Link } from "../support/link.ts";

const otherName = "metrics-sender.account-c.internal";
const otherAddress = "127.0.0.2";

describe("a release that changes the senders", () => {
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
  const opened = () => link.receiver.counter("envoy_listener_ssl_handshake", '"ingest"');

  it("leaves the connections of the others open: removed, added again, and removed under requests", async () => {
    const open = Client.connect(link.client);
    try {
      assert.equal((await open.request()).status, 204);
      const before = await opened();
      for (const suspended of [["c"], [], ["c"]]) {
        const requests = Promise.all(Array.from({ length: 20 }, () => open.request()));
        await link.suspend(...suspended);
        assert.deepEqual(new Set((await requests).map(({ status }) => status)), new Set([204]));
        assert.equal((await open.request()).status, 204);
      }
      assert.equal(open.isClosed, false);
      assert.equal(await opened(), before);
      assert.ok((await link.receiver.counter("envoy_listener_manager_listener_in_place_updated")) >= 3);
    } finally {
      open.close();
    }
  });

  it("ends a removed sender's connection, though its client ignores that it should go", async () => {
    const open = Client.connect(otherSender());
    try {
      assert.equal((await open.request()).status, 204);
      const unfinished = open.request({ unfinished: Buffer.from("half a body") });
      const ended = assert.rejects(unfinished);
      await link.suspend("c");
      await ended;
      await eventually("the connection to end", () => (open.isClosed ? true : undefined));
    } finally {
      open.close();
    }
  });

  it("is refused by Envoy when the listener file is wrong: the old one stays in force, and the counter tells", async () => {
    const release = link.receiverRelease(link.receiverLeaf, link.accountA.root, ["c"]);
    spoil(release);
    link.receiverHost.switchTo(release);
    await eventually("the refusal", async () =>
      (await link.receiver.counter("envoy_listener_manager_lds_update_rejected")) > 0 ? true : undefined,
    );
    assert.equal((await callOnce(otherSender())).status, 204);
    assert.equal((await callOnce(link.client)).status, 204);
  });

  it("has no listener after a start with a wrong file, though Envoy says that it is ready: the probe tells", async () => {
    await link.receiver.stop();
    const release = link.receiverRelease(link.receiverLeaf, link.accountA.root);
    spoil(release);
    link.receiverHost.switchTo(release);
    link.receiver = await link.startInForce();
    await assert.rejects(callOnce(link.client), /ECONNREFUSED/);
    const { listeners } = await link.running("receiver");
    assert.ok(!JSON.stringify(listeners).includes('"ingest"'));
  });

  const spoil = (release: string) => {
    const file = join(release, releaseFiles.ingest);
    writeFileSync(file, readFileSync(file, "utf8").replace('"max_connections"', '"maximum_connections"'));
  };
});
