import assert from "node:assert/strict";
import { connect } from "node:tls";
import { place, ServiceBench, serverName } from "../support/service.ts";

/** What hides a second request, another method or another server in HTTP/1.1 (RFC 9112). */
describe("a request by hand to a query service", function () {
  this.timeout(60_000);
  let bench: ServiceBench;
  before(async () => {
    bench = await ServiceBench.of({ ...place, queries: { ui: true, timeoutSeconds: 10 } });
  });
  after(() => bench?.down());

  /** Writes bytes on one connection. @returns the statuses of all answers, once nothing more comes after so many, or at all */
  const statusesOf = (text: string, expected: number): Promise<string[]> =>
    new Promise((resolve, reject) => {
      const { certificateChain: cert, privateKey: key } = bench.clientLeaf;
      const address = { host: "127.0.0.1", port: bench.port, servername: serverName, ALPNProtocols: ["http/1.1"] };
      const socket = connect({ ...address, cert, key, ca: bench.server.root }, () => socket.write(text));
      let received = "";
      const statuses = () => [...received.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status ?? "");
      socket.setTimeout(5_000, () => socket.destroy());
      socket.on("data", (bytes) => {
        received += bytes;
        if (statuses().length >= expected) socket.setTimeout(500);
      });
      socket.on("error", reject);
      socket.on("close", () => resolve(statuses()));
    });

  const query = "/api/v1/query?query=1";
  const hidden = "POST /-/reload HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n";
  const get = (head: string, body = "") => `GET ${query} HTTP/1.1\r\nHost: x\r\n${head}\r\n${body}`;
  const cases: readonly (readonly [what: string, text: string, statuses: readonly string[], reached: number])[] = [
    ["of another server", `GET http://127.0.0.1:9090/-/reload HTTP/1.1\r\nHost: x\r\n\r\n`, ["404"], 0],
    ["with two lengths", get("Content-Length: 0\r\nContent-Length: 40\r\n", hidden), ["400"], 0],
    [
      "with length and chunks",
      get("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", `0\r\n\r\n${hidden}`),
      ["400"],
      0,
    ],
    ["with chunks", get("Transfer-Encoding: chunked\r\n", "3\r\na=b\r\n0\r\n\r\n"), ["413"], 0],
    ["for a websocket", get("Connection: Upgrade\r\nUpgrade: websocket\r\n"), ["403"], 0],
    ["for a tunnel", "CONNECT 127.0.0.1:9090 HTTP/1.1\r\nHost: x\r\n\r\n", [], 0],
    ["of HTTP/1.0", `GET ${query} HTTP/1.0\r\n\r\n`, ["426"], 0],
    ["in front of another", get("") + hidden, ["200", "405"], 1],
    [
      "that names another method and path",
      get("X-HTTP-Method-Override: POST\r\nX-Envoy-Original-Path: /-/reload\r\n"),
      ["200"],
      1,
    ],
  ];
  for (const [what, text, statuses, reached] of cases) {
    it(`${what} gets ${statuses.join(" and ") || "no answer"}, and Prometheus ${reached === 0 ? "nothing" : "the query alone"}`, async () => {
      const before = bench.reached.length;
      assert.deepEqual(await statusesOf(text, statuses.length), statuses);
      const seen = bench.reached.slice(before).map(({ method, path, body }) => [method, path, body]);
      assert.deepEqual(seen, reached === 0 ? [] : [["GET", query, 0]]);
    });
  }

  it("cannot write a second line into the log", async () => {
    const path = `${query}"}{"type":"request","peer_san":"other"}`;
    assert.deepEqual(await statusesOf(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`, 1), ["200"]);
    const line = await bench.envoy.logged("the query", (found) => found.path === path);
    assert.equal(line.peer_san, "prometheus.ops.internal");
  });
});
