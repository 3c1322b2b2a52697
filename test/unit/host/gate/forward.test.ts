import assert from "node:assert/strict";
import { forwardTo } from "@metrics-link/host/gate/forward.ts";
import { freePorts } from "../../../support/free-ports.ts";
import { StandIn } from "./stand-in.ts";

const body = Buffer.from("body");

describe("what is passed on to Prometheus", () => {
  it("times out, and is told from a Prometheus that is down", async () => {
    const prometheus = await StandIn.start();
    prometheus.answer = () => {};
    try {
      await assert.rejects(forwardTo(`${prometheus.url}/api/v1/write`, 50)({}, body), { code: "TIMED_OUT" });
      // An answer that begins and does not end.
      prometheus.answer = (response) => void response.writeHead(200).write("x");
      await assert.rejects(forwardTo(`${prometheus.url}/api/v1/write`, 50)({}, body), { code: "TIMED_OUT" });
    } finally {
      await prometheus.stop();
    }
    const [port = 0] = await freePorts(1);
    await assert.rejects(forwardTo(`http://127.0.0.1:${port}/`, 1_000)({}, body), { code: "REQUEST_FAILED" });
  });

  it("is answered with at most 64 KiB, however much Prometheus says", async () => {
    const prometheus = await StandIn.start();
    prometheus.answer = (response) => void response.writeHead(400).end("x".repeat(1_000_000));
    try {
      const answer = await forwardTo(prometheus.url, 5_000)({}, body);
      assert.deepEqual([answer.status, answer.body.length], [400, 65_536]);
    } finally {
      await prometheus.stop();
    }
  });
});
