import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { prometheusFiles, receiverFlags, releaseFiles, renderReceiver, secretFilesOf } from "@metrics-link/prometheus";
import { stringify } from "yaml";
import { eventually } from "../../support/eventually.ts";
import { freePorts } from "../../support/free-ports.ts";
import { selfSigned } from "../../support/openssl.ts";
import { tool } from "../../support/tool.ts";
import { scrapeFilesOf, userFile } from "./examples.ts";
import { PrometheusProcess } from "./prometheus-process.ts";

const renderWith = (...jobs: object[]) =>
  renderReceiver({
    scrapeInterval: "1s",
    externalLabels: {},
    outOfOrderTimeWindow: "2h",
    scrapeFiles: scrapeFilesOf([userFile("scrape/shop.yaml", stringify(jobs))]),
  });

const listening = async (server: Server) => {
  await once(server.listen(0, "127.0.0.1"), "listening");
  return (server.address() as AddressInfo).port;
};

const exposes = (allows: (request: IncomingMessage) => boolean): RequestListener => {
  return (request, response) => {
    response.setHeader("content-type", "text/plain; version=0.0.4");
    response.statusCode = allows(request) ? 200 : 401;
    response.end("shop_orders_total 1\n");
  };
};

const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;

describe("secret files with a real Prometheus", () => {
  const authority = selfSigned("shop", "subjectAltName=IP:127.0.0.1");
  const [client, nextClient] = [selfSigned("link"), selfSigned("link 2")];
  let expected = { password: "the first", key: "key 1" };
  const seen: (string | undefined)[] = [];
  const servers: Server[] = [];
  let prometheus: PrometheusProcess;

  before(async () => {
    const elsewhere = createServer((request, response) => {
      seen.push(request.headers["x-api-key"]?.toString());
      response.end();
    });
    servers.push(
      createServer(exposes(({ headers }) => headers.authorization === basic("link", expected.password))),
      createServer(exposes(({ headers }) => headers["x-api-key"] === expected.key)),
      createTlsServer(
        { key: authority.key, cert: authority.pem, ca: [client.pem, nextClient.pem], requestCert: true },
        exposes(() => true),
      ),
    );
    const elsewherePort = await listening(elsewhere);
    // Another host, as far as HTTP is concerned.
    const redirect = createServer((_request, response) =>
      response.writeHead(302, { location: `http://localhost:${elsewherePort}/metrics` }).end(),
    );
    const [password = 0, header = 0, tls = 0] = await Promise.all(servers.map(listening));
    const redirecting = await listening(redirect);
    servers.push(elsewhere, redirect);
    const job = (job_name: string, port: number, more: object) => ({
      job_name,
      static_configs: [{ targets: [`127.0.0.1:${port}`] }],
      ...more,
    });
    const key = { "X-Api-Key": { files: ["secrets/key"] } };
    const rendering = renderWith(
      job("password", password, { basic_auth: { username: "link", password_file: "secrets/shop-password" } }),
      job("header", header, { http_headers: key, follow_redirects: false }),
      job("redirected", redirecting, { http_headers: key, follow_redirects: false }),
      job("tls", tls, {
        scheme: "https",
        tls_config: { ca: authority.pem, cert_file: "secrets/certificate", key_file: "secrets/private" },
      }),
    );
    assert.deepEqual(
      secretFilesOf(rendering),
      ["certificate", "key", "private", "shop-password"].map(releaseFiles.scrapeSecret),
    );
    const [own = 0] = await freePorts(1);
    prometheus = await PrometheusProcess.start(rendering, receiverFlags({ dataVolumeGiB: 1 }), own, 0, {
      [releaseFiles.scrapeSecret("shop-password")]: "the first\n",
      [releaseFiles.scrapeSecret("key")]: "key 1",
      [releaseFiles.scrapeSecret("certificate")]: client.pem,
      [releaseFiles.scrapeSecret("private")]: client.key,
    });
  });
  after(async () => {
    await prometheus?.stop();
    for (const server of servers) server.close();
  });

  const up = (job: string) =>
    eventually(`the target of ${job} is up`, async () => {
      const [sample] = await prometheus.query(`up{job="${job}"}`);
      return sample?.value[1] === "1" ? sample.value[0] : undefined;
    });
  const down = (job: string) =>
    eventually(`the target of ${job} is down`, async () => {
      const [sample] = await prometheus.query(`up{job="${job}"}`);
      return sample?.value[1] === "0" ? true : undefined;
    });

  it("give a target its password, header and certificate, named beside the job's own file", async () => {
    await Promise.all(["password", "header", "tls"].map(up));
  });

  it("are read whenever they are used: another content needs no reload", async () => {
    expected = { password: "the second", key: "key 2" };
    await Promise.all(["password", "header"].map(down));
    prometheus.rotate({
      [releaseFiles.scrapeSecret("shop-password")]: expected.password,
      [releaseFiles.scrapeSecret("key")]: expected.key,
    });
    await Promise.all(["password", "header"].map(up));
  });

  it("are in nothing that Prometheus shows", async () => {
    const shown = async (path: string) => (await fetch(`${prometheus.url}${path}`)).text();
    assert.match(await shown("/api/v1/targets"), /scrapePool.*password/);
    for (const path of ["/api/v1/targets", "/api/v1/status/config", "/api/v1/scrape_pools", "/metrics"])
      assert.doesNotMatch(await shown(path), /the second|key 2|PRIVATE KEY/, path);
  });

  it("do not follow a redirect to another host", async () => {
    await down("redirected");
    assert.deepEqual(seen, []);
  });

  it("pass promtool, which wants the files of tokens and keys to be there", () => {
    const directory = mkdtempSync(join(tmpdir(), "promtool-"));
    try {
      const rendering = renderWith({ job_name: "shop", authorization: { credentials_file: "secrets/shop" } });
      const check = (paths: readonly { readonly path: string; readonly content: string }[]) => {
        for (const { path, content } of paths) {
          mkdirSync(dirname(join(directory, path)), { recursive: true });
          writeFileSync(join(directory, path), content);
        }
        const words = ["check", "config", join(directory, releaseFiles.configuration)];
        const { status, stdout, stderr } = spawnSync(tool("promtool"), words, { encoding: "utf8" });
        return { status, said: stdout + stderr };
      };
      assert.match(check(prometheusFiles(rendering)).said, /secrets\/shop.*no such file/);
      const { status, said } = check(secretFilesOf(rendering).map((path) => ({ path, content: "" })));
      assert.equal(status, 0, said);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
