import assert from "node:assert/strict";
import { Client, type Request } from "../support/client.ts";
import { Link } from "../support/link.ts";

describe("a valid client of the receiver's Envoy", () => {
  let link: Link;
  let client: Client;
  before(async () => {
    link = await Link.up();
    client = Client.connect(link.client);
  });
  after(async () => {
    client?.close();
    await link?.down();
  });

  it("can write", async () => {
    const { status, headers } = await client.request({ body: Buffer.from("samples") });
    assert.equal(status, 204);
    assert.deepEqual([headers["x-envoy-upstream-service-time"], headers.via], [undefined, undefined]);
    assert.equal(link.sink.received.length, 1);
    // Envoy writes its log every second: without waiting, this line would be taken for the next request's.
    await link.receiver.logged("the request", ({ type }) => type === "request");
  });

  const refused: readonly (readonly [string, Request, number])[] = [
    ["GET on the path", { method: "GET" }, 405],
    ["PUT on the path", { method: "PUT" }, 405],
    ["a lower-case method", { method: "post" }, 405],
    ["a query string", { path: "/api/v1/write?tenant=other" }, 404],
    ["an empty query string", { path: "/api/v1/write?" }, 404],
    ["a longer path", { path: "/api/v1/write/" }, 404],
    ["another case", { path: "/api/v1/Write" }, 404],
    ["the query API", { path: "/api/v1/query?query=up" }, 404],
    ["the UI", { method: "GET", path: "/graph" }, 404],
    ["Prometheus' own metrics", { method: "GET", path: "/metrics" }, 404],
    ["Prometheus' admin API", { path: "/api/v1/admin/tsdb/delete_series" }, 404],
    ["the OTLP receiver", { path: "/api/v1/otlp/v1/metrics" }, 404],
    ["Envoy's admin", { method: "GET", path: "/stats/prometheus" }, 404],
    ["a dot segment that leads out", { path: "/api/v1/write/../query" }, 404],
    ["a dot segment that leads in", { path: "/api/v1/x/../write" }, 404],
    ["an encoded dot segment", { path: "/api/v1/x/%2e%2e/write" }, 404],
    ["a double slash in front", { path: "//api/v1/write" }, 404],
    ["a double slash within", { path: "/api/v1//write" }, 404],
    ["an encoded slash", { path: "/api/v1%2Fwrite" }, 400],
    ["an encoded backslash", { path: "/api/v1%5Cwrite" }, 400],
    ["an encoded letter", { path: "/api/v1/%77rite" }, 404],
    ["the asterisk", { method: "OPTIONS", path: "*" }, 404],
    ["a body beyond the limit", { body: Buffer.alloc(2 * 1024 * 1024 + 1) }, 413],
  ];
  for (const [what, request, expected] of refused) {
    it(`gets ${expected} for ${what}`, async () => {
      const arrived = link.sink.received.length;
      const from = link.receiver.log.length;
      const stranger = Client.connect(link.client);
      const answer = await stranger.request(request).finally(() => stranger.close());
      assert.equal(answer.status, expected);
      assert.equal(answer.headers.server, undefined);
      const line = await link.receiver.logged("the request", ({ type }) => type === "request", from);
      assert.equal(line.status, expected);
      assert.equal(link.sink.received.length, arrived);
    });
  }

  const reset: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
    ["a header with an underscore", { x_forwarded_for: "10.0.0.1" }],
    ["many headers", Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`x-${n}`, "1"]))],
    ["a large header", { "x-large": "x".repeat(20_000) }],
  ];
  for (const [what, headers] of reset) {
    it(`has its stream reset for ${what}`, async () => {
      const arrived = link.sink.received.length;
      const stranger = Client.connect(link.client);
      await assert.rejects(
        stranger.request({ headers }).finally(() => stranger.close()),
        /NGHTTP2_INTERNAL_ERROR/,
      );
      assert.equal(link.sink.received.length, arrived);
    });
  }

  it("can send a body just below the limit", async () => {
    const { status } = await client.request({ body: Buffer.alloc(2 * 1024 * 1024) });
    assert.equal(status, 204);
    assert.equal(link.sink.received.at(-1)?.bytes, 2 * 1024 * 1024);
  });

  it("cannot open a tunnel", async () => {
    const { status } = await client.request({ method: "CONNECT" });
    assert.equal(status, 404);
  });
});

describe("the other listeners", () => {
  let link: Link;
  before(async () => {
    link = await Link.up();
  });
  after(() => link?.down());

  const status = async (url: string, method = "GET") => (await fetch(url, { method })).status;

  it("ready serves one page with one method", async () => {
    assert.equal(await status(`${link.readyUrl}/ready`), 200);
    assert.equal(await status(`${link.readyUrl}/ready`, "POST"), 404);
    assert.equal(await status(`${link.readyUrl}/stats/prometheus`), 404);
    assert.equal(await status(`${link.readyUrl}/api/v1/write`, "POST"), 404);
  });

  it("metrics serves two pages of the admin interface and no others", async () => {
    assert.equal(await status(`${link.receiverMetricsUrl}/stats/prometheus`), 200);
    assert.equal(await status(`${link.receiverMetricsUrl}/ready`), 200);
    for (const path of ["/", "/certs", "/config_dump", "/stats", "/stats/prometheus?filter=ssl", "/server_info"]) {
      assert.equal(await status(link.receiverMetricsUrl + path), 404, path);
    }
    assert.equal(await status(`${link.receiverMetricsUrl}/healthcheck/fail`, "POST"), 404);
  });

  it("egress serves one path with one method", async () => {
    assert.equal(await status(`${link.egressUrl}/api/v1/write`, "POST"), 204);
    assert.equal(await status(`${link.egressUrl}/api/v1/write`), 405);
    assert.equal(await status(`${link.egressUrl}/api/v1/query`, "POST"), 404);
    assert.equal(link.sink.received.length, 1);
  });
});
