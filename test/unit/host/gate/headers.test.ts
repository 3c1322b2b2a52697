import assert from "node:assert/strict";
import { configuration } from "../../gate/examples.ts";
import { contentTypes, encodeV1, encodeV2, nodeSeries, snappy } from "../../gate/messages.ts";
import { GateProcess, headersOf } from "./processes.ts";
import { StandIn } from "./stand-in.ts";

const own = snappy(encodeV1(nodeSeries(1, [["account", "111"]], Date.now())));
const headers = headersOf("a", contentTypes[1]);

/** One header in the place of those of its name. */
const other = (name: string, ...values: readonly string[]) => [
  ...headers.filter(([known]) => known !== name),
  ...values.map((value) => [name, value] as const),
];

describe("a request to the gate", function () {
  this.timeout(60_000);
  let prometheus: StandIn;
  let gate: GateProcess;
  before(async () => {
    prometheus = await StandIn.start();
    gate = await GateProcess.start(configuration, prometheus.url);
  });
  beforeEach(() => prometheus.taken.splice(0));
  after(() => Promise.all([prometheus?.stop(), gate?.stop()]));

  for (const [title, wrong, status, reason] of [
    ["no header that names the sender", other("x-metrics-link-sender"), 500, "sender_missing"],
    ["two headers that name the sender", other("x-metrics-link-sender", "a", "a"), 500, "sender_missing"],
    ["two names in one header", other("x-metrics-link-sender", "a, b"), 503, "sender_unknown"],
    ["a sender that is not in its configuration", other("x-metrics-link-sender", "c"), 503, "sender_unknown"],
    ["a name that JavaScript knows", other("x-metrics-link-sender", "__proto__"), 503, "sender_unknown"],
    ["no content type", other("content-type"), 415, "media_type"],
    ["another content type", other("content-type", "application/json"), 415, "media_type"],
    [
      "a content type that Prometheus reads as version 1",
      other("content-type", "application/x-protobuf; proto=io.prometheus.write.v2.Request"),
      415,
      "media_type",
    ],
    ["two content types", other("content-type", contentTypes[1], contentTypes[2]), 415, "media_type"],
    ["no content encoding", other("content-encoding"), 415, "media_type"],
    ["another content encoding", other("content-encoding", "gzip"), 415, "media_type"],
    ["two content encodings", other("content-encoding", "snappy", "snappy"), 415, "media_type"],
  ] as const) {
    it(`is answered, with ${title}, by ${status}`, async () => {
      const answer = await gate.write(own, wrong);
      assert.equal(answer.status, status);
      assert.match(answer.text, new RegExp(`^metrics-link gate: ${reason}: `));
      assert.equal(prometheus.taken.length, 0);
    });
  }

  it("reads a message of version 2 as what its content type says", async () => {
    const message = snappy(encodeV2(nodeSeries(1, [["account", "111"]], Date.now())));
    assert.equal((await gate.write(message, headersOf("a", contentTypes[2]))).status, 204);
    assert.equal((await gate.write(message, headers)).status, 503);
    assert.equal((await gate.write(own, headersOf("a", contentTypes[2]))).status, 503);
  });

  it("has no other page, and takes no other method", async () => {
    for (const [method, path] of [
      ["GET", "/api/v1/write"],
      ["POST", "/api/v1/write/"],
      ["POST", "/api/v1/write?x"],
      ["POST", "//api/v1/write"],
      ["GET", "/api/v1/query?query=up"],
    ] as const) {
      assert.equal((await gate.ask(method, path, headers, new Uint8Array())).status, 404, `${method} ${path}`);
    }
    assert.equal(prometheus.taken.length, 0);
  });
});
