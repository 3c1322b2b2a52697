import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { Agent } from "node:https";
import { checkWebConfigText, type WebConfigInput, webConfigText } from "@metrics-link/exporter";
import { Authority, type Wanted } from "../../support/authority.ts";
import { tool } from "../../support/tool.ts";
import { type Asking, RunningExporter } from "./running.ts";

const scraper = "link-scrape.prometheus.internal";
/** Of the password `right`, with a cost of 10. */
const hash = "$2b$10$zv19g16UG0CL3ZNBAdzZH.y46ueWJpDQGOTXUWHPdVaNfYR3oNY/y";

describe("a real node_exporter with our web configuration", function () {
  this.timeout(120_000);
  const exporter = new RunningExporter();
  const [authority, stranger] = [new Authority("clients"), new Authority("strangers")];
  const server = authority.issue("exporter", { names: "DNS:link-exporter.target.internal", usage: "serverAuth" });
  const client = authority.issue("scraper", { names: `DNS:${scraper}` });
  const input: WebConfigInput = {
    certificateChain: server.pem,
    privateKey: server.key,
    clientAuthority: authority.pem,
    clientNames: [scraper],
  };
  const of = (wanted: Wanted, by = authority): Asking => ({ client: by.issue("x", wanted) });

  before(() => exporter.start(input));
  after(async () => {
    await exporter.stop();
    for (const one of [authority, stranger]) one.remove();
  });

  it("has a configuration that promtool and our own check accept", () => {
    assert.deepEqual(checkWebConfigText(webConfigText(input)), []);
    const { status, stderr } = spawnSync(tool("promtool"), ["check", "web-config", exporter.webConfig]);
    assert.equal(status, 0, String(stderr));
  });

  it("lets in the named client alone, whatever else a certificate of its authority says", async () => {
    const refused: Readonly<Record<string, Asking>> = {
      "no certificate": {},
      "another name": of({ names: "DNS:other.internal" }),
      "the link's name": of({ names: "DNS:prometheus.internal" }),
      "a wildcard that covers the name": of({ names: "DNS:*.prometheus.internal" }),
      "a common name only": { client: authority.issue(scraper) },
      "an address": of({ names: "IP:127.0.0.1" }),
      "the name in a URI": of({ names: `URI:https://${scraper}` }),
      "a server's usage": of({ names: `DNS:${scraper}`, usage: "serverAuth" }),
      "another authority": of({ names: `DNS:${scraper}` }, stranger),
      "an expired certificate": of({ names: `DNS:${scraper}`, endedAt: "20260601000000Z" }),
      "TLS 1.2": { client, maxVersion: "TLSv1.2" },
    };
    const admitted: Readonly<Record<string, Asking>> = {
      "the name": { client },
      "the name among others": of({ names: `DNS:other.internal,DNS:${scraper}` }),
      // Go takes a certificate without extended key usages for any use: only its issuer can leave that out.
      "no usage at all": of({ names: `DNS:${scraper}`, usage: "" }),
    };
    const answers = async (asked: Readonly<Record<string, Asking>>) => {
      const found: [string, number | string][] = [];
      for (const [what, asking] of Object.entries(asked)) found.push([what, await exporter.ask(asking)]);
      return found;
    };
    const letIn = (await answers(refused)).filter(([, answer]) => typeof answer === "number");
    assert.deepEqual(letIn, [], "of those who have to be refused");
    const keptOut = (await answers(admitted)).filter(([, answer]) => answer !== 200);
    assert.deepEqual(keptOut, [], "of those who have to be let in");
  });

  it("shows a certificate whose name the scraper compares", async () => {
    const asking = { client, serverRoot: authority.pem };
    assert.equal(await exporter.ask({ ...asking, serverName: "link-exporter.target.internal" }), 200);
    assert.equal(await exporter.ask({ ...asking, serverName: "other.internal" }), "ERR_TLS_CERT_ALTNAME_INVALID");
  });

  it("takes up a new leaf of its own without a restart", async () => {
    const next = authority.issue("exporter", { names: "DNS:next.target.internal", usage: "serverAuth" });
    exporter.write({ ...input, certificateChain: next.pem, privateKey: next.key });
    try {
      const asking = { client, serverRoot: authority.pem, serverName: "next.target.internal" };
      assert.equal(await exporter.ask(asking), 200);
    } finally {
      exporter.write(input);
    }
  });

  it("answers on an open connection after the name was taken away, until it is restarted", async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    try {
      assert.equal(await exporter.ask({ client, agent }), 200);
      exporter.write({ ...input, clientNames: ["somebody.internal"] });
      assert.equal(typeof (await exporter.ask({ client })), "string", "a new connection");
      assert.equal(await exporter.ask({ client, agent }), 200, "the open connection");
      await exporter.restart();
      assert.equal(typeof (await exporter.ask({ client, agent })), "string", "after the restart");
    } finally {
      agent.destroy();
      exporter.write(input);
    }
  });

  it("demands certificate and password, where there are users", async () => {
    exporter.write({ ...input, users: { prometheus: hash } });
    try {
      const seen = [
        await exporter.ask({ client, user: "prometheus:right" }),
        await exporter.ask({ client, user: "prometheus:wrong" }),
        await exporter.ask({ client }),
        typeof (await exporter.ask({ user: "prometheus:right" })),
      ];
      assert.deepEqual(seen, [200, 401, 401, "string"]);
    } finally {
      exporter.write(input);
    }
  });

  it("goes on answering the scraper while another client tries passwords", async () => {
    exporter.write({ ...input, users: { prometheus: hash } });
    try {
      assert.equal(await exporter.ask({ client, user: "prometheus:right" }), 200);
      const tries = Promise.all(
        Array.from({ length: 8 }, (_, index) => exporter.ask({ client, user: `prometheus:wrong${index}` })),
      );
      const scrapes = [];
      for (let scrape = 0; scrape < 5; scrape += 1)
        scrapes.push(await exporter.ask({ client, user: "prometheus:right" }));
      assert.deepEqual(new Set(scrapes), new Set([200]));
      assert.deepEqual(new Set(await tries), new Set([401]));
    } finally {
      exporter.write(input);
    }
  });
});
