import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "../../../support/eventually.ts";
import { Authority } from "../support/authority.ts";
import { type Answer, type Caller, Client, callOnce } from "../support/client.ts";
import { Link } from "../support/link.ts";

const mebibyte = 1024 * 1024;

/** A reset, or the answer of an Envoy that takes no more requests: which of them depends on what fills the heap first. */
const refusal = (request: Promise<Answer>): Promise<void> =>
  request.then(
    ({ status }) => assert.equal(status, 503),
    () => {},
  );

describe("a valid client that exceeds its share", () => {
  let directory: string;
  let link: Link;
  let otherSender: Caller;
  const clients: Client[] = [];
  const connect = () => {
    const client = Client.connect(link.client);
    clients.push(client);
    return client;
  };
  before(async () => {
    directory = mkdtempSync(join(tmpdir(), "account-c-"));
    const accountC = new Authority(directory, "c");
    const c = { dnsName: "metrics-sender.account-c.internal", addresses: ["127.0.0.2"] };
    link = await Link.up({
      limits: { heapBytes: 256 * mebibyte, connectionsPerSender: 8, requestSeconds: 150 },
      otherSenders: { c: { ...c, root: accountC.root } },
    });
    const leaf = accountC.issue({ dnsName: c.dnsName, usage: "clientAuth" });
    otherSender = { ...link.client, leaf, sourceAddress: "127.0.0.2" };
  });
  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
  });
  after(async () => {
    await link?.down();
    rmSync(directory, { recursive: true });
  });

  it("gets no more connections than its share, and takes none from others", async () => {
    const answers = await Promise.allSettled(Array.from({ length: 12 }, () => connect().request()));
    assert.equal(answers.filter(({ status }) => status === "fulfilled").length, 8);
    assert.equal(await link.receiver.counter("envoy_connection_limit_limited_connections", '"sender_a"'), 4);
    assert.equal((await callOnce(otherSender)).status, 204);
    assert.equal((await fetch(`${link.readyUrl}/ready`)).status, 200);
  });

  it("has its largest streams reset before the heap is full, while another sender keeps writing", async function () {
    this.timeout(180_000);
    await eventually("its former connections are gone", async () =>
      (await link.receiver.counter("envoy_connection_limit_active_connections", '"sender_a"')) === 0 ? true : undefined,
    );
    const body = Buffer.alloc(2 * mebibyte - 1);
    const refused = Array.from({ length: 8 }, connect).flatMap((client) =>
      Array.from({ length: 32 }, () => refusal(client.request({ unfinished: body }))),
    );
    await eventually(
      "streams are reset",
      async (note) => {
        const reset = await link.receiver.counter("envoy_envoy_overload_actions_reset_high_memory_stream_count");
        note(reset);
        return reset > 0 ? true : undefined;
      },
      110_000,
    );
    const pressure = await link.receiver.counter("envoy_overload_envoy_resource_monitors_fixed_heap_pressure");
    assert.ok(pressure < 100, `the heap is at ${pressure} %`);
    for (let count = 0; count < 20; count++) assert.equal((await callOnce(otherSender)).status, 204);
    for (const client of clients.splice(0)) client.close();
    await Promise.all(refused);
    // Those of the test before and the other sender's, and not one of these.
    assert.equal(link.sink.received.length, 8 + 1 + 20);
    await eventually("the sender writes again", async () => ((await link.write()) === 204 ? true : undefined));
  });
});
