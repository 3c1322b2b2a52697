import assert from "node:assert/strict";
import { queryRoutes } from "@metrics-link/release";
import { type Caller, callOnce, type Request } from "../support/client.ts";
import { getByHttp1, place, ServiceBench } from "../support/service.ts";

const query = "/api/v1/query?query=sum(up)%20by%20(job)&time=1";

/** What an address stands for in a pattern. */
const of = (pattern: string) =>
  pattern.replace(/\[.*/, "") + (pattern.endsWith("/values") ? "job/values" : "index-1.js");

for (const ui of [false, true]) {
  describe(`a query service ${ui ? "with" : "without"} the UI`, () => {
    let bench: ServiceBench;
    before(async () => {
      bench = await ServiceBench.of({ ...place, queries: { ui, timeoutSeconds: 10 } });
    });
    after(() => bench?.down());

    it("lets the named client read, with any query, and has a line of each in the log", async () => {
      const { paths, patterns } = queryRoutes(ui);
      const asked = [...paths.map((path) => `${path}?query=up`), ...patterns.map(of), query];
      for (const path of asked) {
        const { status } = await callOnce(bench.scraper, { method: "GET", path });
        assert.equal(status, 200, path);
      }
      assert.deepEqual(
        bench.reached.map(({ path }) => path),
        asked,
      );
      const line = await bench.envoy.logged("the query", ({ path }) => path === query);
      assert.deepEqual(
        [line.peer_san, line.method, line.route, line.status],
        ["prometheus.ops.internal", "GET", "/api/v1/query", 200],
      );
    });

    const get = (path: string): Request => ({ method: "GET", path });
    const refused: readonly (readonly [Request, number])[] = [
      ...["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE", "get"].map(
        (method) => [{ method, path: "/api/v1/query?query=up" }, 405] as const,
      ),
      [{ method: "POST", path: "/api/v1/write" }, 405],
      [{ method: "POST", path: "/-/reload" }, 405],
      [{ method: "POST", path: "/api/v1/admin/tsdb/delete_series?match[]=up" }, 405],
      [{ method: "GET", path: "/api/v1/query?query=up", body: Buffer.from("query=down") }, 403],
      ...[
        "/api/v1/write",
        "/api/v1/read",
        "/api/v1/otlp/v1/metrics",
        "/api/v1/admin/tsdb/snapshot",
        "/api/v1/status/config",
        "/api/v1/status/flags",
        "/api/v1/notifications/live",
        "/-/reload",
        "/-/quit",
        "/-/healthy",
        "/federate?match[]=up",
        "/metrics",
        "/debug/pprof/heap",
        "/config",
        "/flags",
        "/api/v1/query/",
        "//api/v1/query?query=up",
        "/api/v1/./query?query=up",
        "/api/v1/query/../admin/tsdb/snapshot",
        "/api/v1/%71uery?query=up",
        "/api/v1/query;x?query=up",
        "/api/v1/label/job/../../admin/values",
        "/api/v1/label//values",
        "/api/v1/label/a/b/values",
        "/api/v1/label/job/values/",
        "/assets/../api/v1/admin/tsdb/snapshot",
        "/assets/..",
        "/assets/",
        "/api/v1/Query?query=up",
      ].map((path) => [get(path), 404] as const),
      [get("/api/v1%2Fquery"), 400],
      ...(ui ? [] : (["/", "/query", "/targets", "/api/v1/targets", "/assets/index-1.js"] as const)).map(
        (path) => [get(path), 404] as const,
      ),
    ];

    it(`refuses ${refused.length} other requests, and none of them reaches Prometheus`, async () => {
      const reached = bench.reached.length;
      const wrong: string[] = [];
      for (const [request, expected] of refused) {
        const { status } = await callOnce(bench.scraper, request);
        if (status !== expected)
          wrong.push(`${request.method} ${request.path?.slice(0, 60)}: ${status}, not ${expected}`);
      }
      assert.deepEqual(wrong, []);
      assert.deepEqual(bench.reached.slice(reached), []);
    });

    it("refuses a query that is longer than 16 KiB, and says so", async () => {
      const { status } = await getByHttp1(bench.scraper, `/api/v1/query?query=${"u".repeat(17_000)}`);
      assert.equal(status, 431);
    });

    it("refuses whoever is not named", async () => {
      const other = bench.clients.issue({ dnsName: "other.ops.internal", usage: "clientAuth" });
      const stranger = bench
        .newAuthority("stranger")
        .issue({ dnsName: "prometheus.ops.internal", usage: "clientAuth" });
      const callers: readonly Partial<Caller>[] = [{ leaf: other }, { leaf: stranger }, { leaf: bench.leaf }];
      for (const caller of callers) await assert.rejects(callOnce({ ...bench.scraper, ...caller }, get(query)));
    });

    it("runs as its files say", async () => {
      assert.deepEqual(await bench.differences(), []);
    });
  });
}
