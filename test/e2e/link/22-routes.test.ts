import assert from "node:assert/strict";
import { statusOf } from "@metrics-link/sandbox/cli/status.ts";
import { attempt, valid } from "../support/hostile.ts";
import { on, place, sandbox } from "../support/sandbox.ts";
import { needs, world } from "../support/world.ts";

const folder = "/run/hostile";
/** One that Prometheus refuses, as it would each of these requests: what the receiver's own agent asks meanwhile is answered with 200. */
const query = "/api/v1/query?query=up%7B";
const post = ["--request", "POST", "--data-binary", "nothing"];
const forbidden: readonly (readonly [string, string, readonly string[]])[] = [
  ["GET on the path", "/api/v1/write", []],
  ["PUT on the path", "/api/v1/write", ["--request", "PUT", "--data-binary", "nothing"]],
  ["a query", query, post],
  ["a query by GET", query, []],
  ["metrics", "/metrics", []],
  ["Envoy's statistics", "/stats/prometheus", []],
  ["the admin API of Prometheus", "/api/v1/admin/tsdb/delete_series", post],
  ["a reload", "/-/reload", post],
  ["dot segments", "/api/v1/write/../query", post],
  ["dot segments to the path", "/x/../api/v1/write", post],
  ["encoded slashes", "/api/v1%2Fwrite", post],
  ["double slashes", "//api/v1/write", post],
  ["a longer path", "/api/v1/writer", post],
  ["a trailing slash", "/api/v1/write/", post],
  ["a path in other case", "/API/v1/write", post],
];

/** How many requests the receiver's Prometheus has answered, by handler, without those that the host itself makes. */
const answered = () => on("receiver", "curl", "--silent", "--fail", "http://127.0.0.1:9090/metrics");
const handlers = (text: string) =>
  text
    .split("\n")
    .filter(
      (line) =>
        line.startsWith("prometheus_http_requests_total{") &&
        !/handler="\/(metrics|-\/ready|api\/v1\/write)"/.test(line) &&
        !/code="200",handler="\/api\/v1\//.test(line),
    )
    .toSorted();

describe("a valid client", function () {
  needs(world.link);
  this.timeout(1_200_000);
  let endpoint = "";
  const certificate = ["--cert", `${folder}/valid.pem`, "--key", `${folder}/valid.key`];
  before(async () => {
    endpoint = (await statusOf(sandbox, 1)).link.endpoint ?? "";
    const { chain, key } = await valid();
    await place("sender", `${folder}/valid.pem`, chain);
    await place("sender", `${folder}/valid.key`, key);
  });

  it("reaches the gate on the one path, which rejects what is no remote write", async () => {
    const { status } = await attempt("sender", endpoint, "/api/v1/write", [...post, ...certificate]);
    assert.equal(status, 415);
  });

  it("would be seen by this test if its query got to Prometheus", async () => {
    const before = handlers(await answered());
    await on("receiver", "curl", "--silent", `http://127.0.0.1:9090${query}`);
    assert.notDeepEqual(handlers(await answered()), before);
  });

  for (const [name, path, words] of forbidden) {
    it(`is refused ${name}, before Prometheus`, async () => {
      const before = handlers(await answered());
      const { status } = await attempt("sender", endpoint, path, [...words, ...certificate]);
      assert.ok([400, 404, 405].includes(status), `status ${status}`);
      assert.deepEqual(handlers(await answered()), before);
    });
  }
});
