import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";
import type { Management } from "@metrics-link/host/converge/index.ts";
import { prometheusOnHost } from "../../../scripts/fleet/on-host.ts";

const clock = { now: () => 0, sleep: async () => {} };

/** A host whose commands a shell of this machine runs, and whose output is cut as Run Command does. */
const management = (commands: string[] = []): Management => ({
  send: async (_instance, command) => `${commands.push(command) - 1}`,
  outcome: async (_instance, id) => {
    const { stdout } = await promisify(execFile)("/bin/sh", ["-c", commands[Number(id)] ?? ""]);
    return { status: "Success", details: "", output: stdout.slice(0, 24_000), errors: "" };
  },
});

describe("the Prometheus of a host, asked by Run Command", () => {
  let server: Server;
  let answer: (query: string) => unknown = () => ({});
  before(async () => {
    server = createServer((request, response) => {
      const query = new URL(request.url ?? "", "http://x").searchParams.get("query") ?? "";
      response.end(JSON.stringify(answer(query)));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  after(() => server.close());
  const ask = () => prometheusOnHost(management(), "i-1", clock, (server.address() as AddressInfo).port);

  it("is asked exactly this, whatever a shell would make of it", async () => {
    const query = `a{b="$(id)'; exit 1 #",c=~"x|y\`z\`"} > 0 & \\"`;
    answer = (asked) => ({ status: "success", data: { asked } });
    assert.deepEqual(await ask()(query), { asked: query });
  });

  it("answers what compresses to less than Run Command keeps, and says where else to ask for more", async () => {
    answer = () => ({ status: "success", data: "ab".repeat(500_000) });
    assert.equal(await ask()("x"), "ab".repeat(500_000));
    const noise = Array.from({ length: 20_000 }, (_, index) => (index * 2_654_435_761) % 4_294_967_296);
    answer = () => ({ status: "success", data: noise });
    await assert.rejects(ask()("x"), { code: "API_ERROR", message: /too long for Run Command; ask it by --url/ });
  });

  it("fails in words when it refuses, and when nobody is there", async () => {
    answer = () => ({ status: "error", error: "bad query" });
    await assert.rejects(ask()("x"), { code: "API_ERROR", message: /refuses query: bad query/ });
    await assert.rejects(prometheusOnHost(management(), "i-1", clock, 1)("x"), { message: /an empty answer/ });
  });
});
