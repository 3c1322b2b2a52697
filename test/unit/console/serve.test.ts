import assert from "node:assert/strict";
import { request } from "node:http";
import { askAt } from "../../../scripts/console/prometheus.ts";
import { oneAtATime, serve } from "../../../scripts/console/serve.ts";
import { freePorts } from "../../support/free-ports.ts";

describe("a served console", () => {
  let port = 0;
  let made = 0;
  let end = () => {};

  before(async () => {
    [port = 0] = await freePorts(1);
    end = await serve(port, async () => {
      made += 1;
      return `page ${made}`;
    });
  });

  after(() => end());

  it("is rendered again at every load", async () => {
    assert.deepEqual(await ask({}), { status: 200, text: "page 1" });
    assert.deepEqual(await ask({}), { status: 200, text: "page 2" });
  });

  it("is rendered once for simultaneous requests", async () => {
    let count = 0;
    const page = oneAtATime(async () => ++count);
    assert.deepEqual(await Promise.all([page(), page()]), [1, 1]);
    assert.equal(await page(), 2);
  });

  it("answers only its own name and path, and only reads", async () => {
    assert.equal((await ask({ host: `evil.example:${port}` })).status, 421);
    assert.equal((await ask({ path: "/etc" })).status, 404);
    assert.equal((await ask({ method: "POST" })).status, 405);
    assert.equal(made, 2);
  });

  it("reports the error of a Prometheus, and one that does not answer", async () => {
    await assert.rejects(askAt(new URL(`http://127.0.0.1:${port}`))("query", {}), /refuses query: There is one page/);
    const [nobody] = await freePorts(1);
    await assert.rejects(askAt(new URL(`http://127.0.0.1:${nobody}`))("query", {}), /does not answer: .*ECONNREFUSED/);
  });

  const ask = ({ host = `127.0.0.1:${port}`, path = "/", method = "GET" }) =>
    new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
      const sent = request({ port, host: "127.0.0.1", path, method, headers: { host } }, async (response) => {
        let text = "";
        for await (const piece of response) text += piece;
        resolve({ status: response.statusCode, text });
      });
      sent.on("error", reject);
      sent.end();
    });
});
