import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inTransientUnit, run } from "@metrics-link/host/agent/host-effects/process.ts";
import { ask } from "@metrics-link/host/common/http.ts";
import { afterEach, describe, it } from "mocha";

describe("agent: effects on a host", () => {
  const servers: Server[] = [];
  const folder = mkdtempSync(join(tmpdir(), "effects-"));
  const listen = async (where: { port: number; host: string } | { path: string }) => {
    const server = createServer((request, response) => {
      if (request.url === "/slow") return;
      response.writeHead(request.url === "/ready" ? 200 : 404).end(`you asked for ${request.url}`);
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(where, resolve));
    return server;
  };
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });
  after(() => rmSync(folder, { recursive: true }));

  it("send HTTP requests over TCP and unix sockets", async () => {
    const server = await listen({ port: 0, host: "127.0.0.1" });
    const { port } = server.address() as AddressInfo;
    const tcp = await ask({ url: `http://127.0.0.1:${port}/absent`, timeoutMs: 1_000 });
    assert.deepEqual(tcp, { status: 404, body: "you asked for /absent" });
    const socketPath = join(folder, "admin.sock");
    await listen({ path: socketPath });
    const unix = await ask({ url: "http://127.0.0.1/ready", socketPath, timeoutMs: 1_000 });
    assert.deepEqual(unix, { status: 200, body: "you asked for /ready" });
  });

  it("name the server that does not answer", async () => {
    const socketPath = join(folder, "absent.sock");
    await assert.rejects(ask({ url: "http://127.0.0.1/ready", socketPath, timeoutMs: 1_000 }), {
      code: "REQUEST_FAILED",
      message: /http:\/\/127.0.0.1\/ready on .*absent.sock does not answer: .*ENOENT/,
    });
    const server = await listen({ port: 0, host: "127.0.0.1" });
    const { port } = server.address() as AddressInfo;
    await assert.rejects(ask({ url: `http://127.0.0.1:${port}/slow`, timeoutMs: 50 }), {
      code: "TIMED_OUT",
      message: /does not answer: timed out after 50 ms/,
    });
  });

  it("run a command without this process's environment, and keep all of its output", async () => {
    process.env.METRICS_LINK_TEST_SECRET = "nobody may see this";
    try {
      const { code, output } = await run(["sh", "-c", "env; echo complaint >&2; exit 3"]);
      assert.equal(code, 3);
      assert.match(output, /complaint/);
      assert.doesNotMatch(output, /nobody may see this/);
    } finally {
      delete process.env.METRICS_LINK_TEST_SECRET;
    }
  });

  it("kill a command at its limit", async () => {
    await assert.rejects(run(["sleep", "60"], { timeoutMs: 50 }), {
      code: "COMMAND_FAILED",
      message: /sleep 60 was killed by SIGKILL \(its limit is 50 ms\)/,
    });
  });

  it("name a missing command", async () => {
    await assert.rejects(run(["/absent/promtool"]), {
      code: "COMMAND_FAILED",
      message: /\/absent\/promtool cannot be run/,
    });
  });

  it("run a command as another user in a sandboxed transient unit", () => {
    const argv = inTransientUnit(["/x/envoy", "--mode", "validate"], { user: "envoy", cwd: "/x" });
    assert.equal(argv[0], "systemd-run");
    assert.deepEqual(argv.slice(-4), ["--", "/x/envoy", "--mode", "validate"]);
    for (const word of ["--uid=envoy", "--gid=envoy", "--working-directory=/x", "--wait", "--pipe"]) {
      assert.ok(argv.includes(word), word);
    }
    assert.ok(argv.includes("--property=PrivateNetwork=yes"));
  });
});
