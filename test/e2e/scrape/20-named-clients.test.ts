import assert from "node:assert/strict";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { audit, findingsOf } from "@metrics-link/audit";
import { type WebConfigInput, webConfigText } from "@metrics-link/exporter";
import { cacheDirectory } from "@metrics-link/release";
import { type ClientNetwork, clientNetwork, runOn } from "@metrics-link/sandbox/testing/client-network.ts";
import { parse } from "yaml";
import { z } from "zod";
import { collect } from "../../../scripts/audit/collect.ts";
import { contextOf } from "../../../scripts/stack/context.ts";
import { Authority, type Wanted } from "../../support/authority.ts";
import { runAgent } from "../support/agent.ts";
import { update } from "../support/coming-back.ts";
import { must } from "../support/commands.ts";
import { ChangedConfiguration } from "../support/configuration.ts";
import { logged } from "../support/envoy.ts";
import { eventually } from "../support/eventually.ts";
import { beforehand, caughtUp, nothingMissing } from "../support/samples.ts";
import { on, pulumi, receiver, sandbox, sender } from "../support/sandbox.ts";
import { type Asking, ask, declareServed, nodeName, ops, servedPorts } from "../support/served.ts";
import { needs, world } from "../support/world.ts";

const { exporter: exporterPort, page: pagePort, queries: queryPort, node: nodePort } = servedPorts;
const outside = [exporterPort, pagePort, queryPort];
const subnet = "10.41.1.0/24";
/** The leaf's own name, with what the purpose puts in front of it (docs/exporters.md). */
const scrapeName = "link-scrape.metrics-sender.account-a.internal";

const datasources = z.object({
  datasources: z.tuple([
    z.object({
      jsonData: z.object({ serverName: z.string(), httpMethod: z.string() }),
      secureJsonData: z.object({ tlsCACert: z.string() }),
    }),
  ]),
});
const endpoints = z.object({ endpointAddresses: z.tuple([z.string()]).rest(z.string()) });

describe("a host that scrapes and is scraped over mutual TLS", function () {
  needs(world.link);
  this.timeout(1_200_000);

  const folder = join(sandbox.layout.directory, "served");
  const [authority, stranger] = [new Authority("ops"), new Authority("strangers")];
  const ofOps = (wanted: Wanted, by = authority): Asking => ({ as: by.issue("x", wanted) });
  const client = ofOps({ names: `DNS:${ops}` });
  const ended: (() => Promise<void> | void)[] = [];
  let configuration: ChangedConfiguration;
  let network: ClientNetwork;
  let web: WebConfigInput;
  let from: number;
  let host: string;

  const write = (file: string, content: string) => writeFileSync(join(folder, file), content);
  /** Replaces the web configuration of the node's exporter by one rename. */
  const serve = (input: WebConfigInput) => {
    write("web.next", webConfigText(input));
    renameSync(join(folder, "web.next"), join(folder, "web.json"));
  };
  const nodeLeaf = () => {
    const { pem, key } = stranger.issue("node", { names: `DNS:${nodeName}`, usage: "serverAuth" });
    return { certificateChain: pem, privateKey: key };
  };
  const page = (port: number, path = "/metrics") => `https://${host}:${port}${path}`;
  const answer = async (url: string, asking: Asking, machine = "scraper") =>
    (await ask(machine, url, folder, asking)).status;

  /** What the client's certificate gets from a machine at each port. */
  const answers = async (ports: readonly number[], machine: string) =>
    Object.fromEntries(
      await Promise.all(ports.map(async (port) => [port, await answer(page(port), client, machine)] as const)),
    );
  const outOfReach = (ports: readonly number[]) =>
    Object.fromEntries(ports.map((port) => [port, "curl ended with 28"] as const));

  before(async () => {
    mkdirSync(folder, { recursive: true });
    ended.push(
      () => rmSync(folder, { recursive: true, force: true }),
      () => authority.remove(),
      () => stranger.remove(),
    );
    network = await clientNetwork(sandbox, "sender", "10.41.0.0/16", {
      node: subnet,
      scraper: subnet,
      neighbour: subnet,
    });
    host = (await sandbox.world.status()).hosts.find(({ name }) => name === "sender")?.address ?? assert.fail();
    web = {
      ...nodeLeaf(),
      clientAuthority: await on("sender", "cat", "/opt/metrics-link/current/tls/own-root.pem"),
      clientNames: [scrapeName],
    };
    serve(web);
    const flags = [`--web.listen-address=:${nodePort}`, `--web.config.file=${join(folder, "web.json")}`];
    const few = ["--collector.disable-defaults", "--collector.loadavg"];
    ended.push(await runOn(sandbox, "node", [join(cacheDirectory(), "bin", "node_exporter"), ...few, ...flags]));

    configuration = new ChangedConfiguration("sender");
    const parties = { readers: authority, targets: stranger, network };
    const own = declareServed(configuration, folder, parties);
    await pulumi().setSecret("sender", "metrics-link:metricsServices[0].keypairs[0].keySecret", own.key);
    await caughtUp();
    from = beforehand();
    await update("sender");
    // Envoy's restart makes the queue retry, and Prometheus' own is pending until it is empty.
    await eventually(
      "the agent to have made every change",
      async (note) => {
        const { outcome } = (await runAgent("sender")).report;
        note(outcome);
        return outcome === "converged" || undefined;
      },
      180_000,
      2000,
    );
  });
  after(async () => {
    for (const end of ended.toReversed()) await end();
  });

  it("shows its pages to the named client", async () => {
    const exporter = await ask("scraper", page(exporterPort), folder, client);
    assert.equal(exporter.status, 200);
    assert.match(exporter.body, /^node_exporter_build_info\{/m);
    assert.match(exporter.body, /^node_load1 /m);
    const service = await ask("scraper", page(pagePort), folder, client);
    assert.equal(service.status, 200);
    assert.match(service.body, /^prometheus_build_info\{/m);
  });

  it("shows them to no other certificate, and not over TLS 1.2", async () => {
    const refused: Readonly<Record<string, Asking>> = {
      "no certificate": {},
      "another name": ofOps({ names: "DNS:other.ops.internal" }),
      "a wildcard that covers the name": ofOps({ names: "DNS:*.ops.internal" }),
      "the name as a URI": ofOps({ names: `URI:https://${ops}` }),
      "the name as common name": { as: authority.issue(ops) },
      "a server's usage": ofOps({ names: `DNS:${ops}`, usage: "serverAuth" }),
      "another root": ofOps({ names: `DNS:${ops}` }, stranger),
      "an expired certificate": ofOps({ names: `DNS:${ops}`, endedAt: "20260601000000Z" }),
      "TLS 1.2": { ...client, more: ["--tls-max", "1.2"] },
    };
    const letIn: string[] = [];
    for (const port of outside) {
      for (const [what, asking] of Object.entries(refused)) {
        const status = await answer(page(port), asking);
        if (typeof status === "number") letIn.push(`${what} at ${port}: ${status}`);
      }
    }
    assert.deepEqual(letIn, []);
  });

  it("shows the named client nothing but the page of the service", async () => {
    const found: Record<string, number | string> = {};
    const asked: readonly (readonly [path: string, more: readonly string[]])[] = [
      ["/api/v1/query?query=up", []],
      ["/metrics?name[]=up", ["--globoff"]],
      ["/metrics/", []],
      ["/./metrics", []],
      ["/-/reload", ["--request", "POST"]],
      ["/metrics", ["--request", "POST"]],
      ["/metrics", ["--head"]],
      ["/api/v1/write", ["--request", "POST", "--data-binary", "x"]],
    ];
    for (const [path, more] of asked) {
      found[`${more.slice(0, 2).join(" ")} ${path}`.trim()] = await answer(page(pagePort, path), { ...client, more });
    }
    assert.deepEqual(found, {
      "/api/v1/query?query=up": 404,
      "--globoff /metrics?name[]=up": 404,
      "/metrics/": 404,
      "/./metrics": 404,
      "--request POST /-/reload": 404,
      "--request POST /metrics": 405,
      "--head /metrics": 405,
      "--request POST /api/v1/write": 403,
    });
  });

  it("answers queries of the named client as its data source says, with a line of each, and nothing that writes", async () => {
    const since = Date.now() / 1000;
    write("grafana.pem", client.as?.pem ?? "");
    const out = join(folder, "datasource.yaml");
    const words = ["--stack", "sender", "--service", "ops", "--address", `${host}:${queryPort}`];
    const files = ["--certificate", join(folder, "grafana.pem"), "--key-file", "/etc/grafana/reader.key", "--out", out];
    await must("grafana", "datasource", ...words, ...files);
    const [source] = datasources.parse(parse(readFileSync(out, "utf8"))).datasources;
    const { serverName, httpMethod } = source.jsonData;
    assert.equal(httpMethod, "GET");
    write("grafana-ca.pem", source.secureJsonData.tlsCACert);
    // Not --insecure: curl compares the name as Grafana does.
    const verified = ["--no-insecure", "--cacert", join(folder, "grafana-ca.pem")];
    const more = [...verified, "--connect-to", `::${host}:${queryPort}`];
    const asked = (path: string) => ask("scraper", `https://${serverName}${path}`, folder, { ...client, more });
    const { status, body } = await asked("/api/v1/query?query=count(up)");
    assert.equal(status, 200);
    assert.match(body, /"status":"success".*"value":\[[\d.]+,"\d+"\]/);
    assert.equal((await asked("/api/v1/label/job/values")).status, 200);
    const line = await logged("sender", since, "the query", ({ path }) => path === "/api/v1/query?query=count(up)");
    assert.deepEqual([line.peer_san, line.status, line.filter_chain], [ops, 200, "anywhere"]);

    const refused: readonly (readonly [path: string, method: string, status: number])[] = [
      ["/api/v1/write", "POST", 405],
      ["/-/reload", "POST", 405],
      ["/api/v1/query?query=up", "POST", 405],
      ["/api/v1/write", "GET", 404],
      ["/api/v1/admin/tsdb/snapshot", "GET", 404],
      ["/api/v1/status/config", "GET", 404],
      ["/metrics", "GET", 404],
      ["/debug/pprof/heap", "GET", 404],
    ];
    const found = [];
    for (const [path, method] of refused) {
      found.push([path, method, await answer(page(queryPort, path), { ...client, more: ["--request", method] })]);
    }
    assert.deepEqual(found, refused);
    console.log(`      the UI's own page: ${(await asked("/query")).status}`);
  });

  it("is out of reach for a neighbour of the client, whatever it shows, and on every other port", async () => {
    assert.deepEqual(await answers(outside, "neighbour"), outOfReach(outside));
    const others = [9100, 9090, 9091, 9902];
    assert.deepEqual(await answers(others, "scraper"), outOfReach(others));
  });

  it("is in order for an audit", async () => {
    const judged = audit(await collect([contextOf("sender", sandbox.name)], { preview: false }));
    assert.deepEqual(findingsOf(judged, "critical"), []);
  });

  it("scrapes with a leaf that opens the exporter alone, and the link's leaf does not", async () => {
    const isUp = (of: typeof sender) => of.value('up{job="shop-node"}');
    await eventually("the node to be up", async () => ((await isUp(sender)) === 1 ? true : undefined), 60_000);
    const read = (path: string) => on("sender", "cat", `/opt/metrics-link/current/${path}`);
    const of = async (chain: string, key: string) => ({ as: { pem: await read(chain), key: await read(key) } });
    const linkFiles = ["tls/certificate-chain.pem", "tls/private-key.pem"] as const;
    const scrapeFiles = ["tls/scrape/certificate-chain.pem", "prometheus/scrape/secrets/scrape-key"] as const;
    const [link, scrape] = [await of(...linkFiles), await of(...scrapeFiles)];
    const url = `https://${network.addresses.node}:${nodePort}/metrics`;
    assert.equal(await answer(url, scrape), 200);
    assert.equal(typeof (await answer(url, link)), "string");
    // Which door is open does not depend on the request: nobody may read there.
    const { stdout } = await pulumi().must(["stack", "output", "contract", "--json", "-s", "receiver-exchange"]);
    const [ingest] = endpoints.parse(JSON.parse(stdout)).endpointAddresses;
    const door = `https://${ingest}/api/v1/query`;
    const onHost = (chain: string, key: string): Asking => ({
      more: [["--cert", chain] as const, ["--key", key] as const].flatMap(([word, file]) => [
        word,
        `/opt/metrics-link/current/${file}`,
      ]),
    });
    assert.equal(await answer(door, onHost(...linkFiles), "sender"), 404);
    assert.equal(typeof (await answer(door, onHost(...scrapeFiles), "sender")), "string");
  });

  it("fails no scrape while 20 certificates of the exporter come and go, and its own is renewed", async () => {
    await nothingMissing(from, 1000);
    const start = Date.now() / 1000;
    const before = await on("sender", "sha256sum", "/opt/metrics-link/current/tls/scrape/certificate-chain.pem");
    const { generations = {} } = sandbox.files.section<{ generations?: { leaf?: number } }>("sender", "pki");
    await configuration.set("pki.generations.leaf", `${Number(generations.leaf ?? 1) + 1}`);
    const renewal = update("sender");
    for (let rotation = 0; rotation < 20; rotation += 1) {
      const scraped = await sender.value('timestamp(up{job="shop-node"})');
      serve({ ...web, ...nodeLeaf() });
      await eventually("another scrape", async (note) => {
        const next = await sender.value('timestamp(up{job="shop-node"})');
        note({ scraped, next });
        return next !== scraped || undefined;
      });
    }
    await renewal;
    const after = await on("sender", "sha256sum", "/opt/metrics-link/current/tls/scrape/certificate-chain.pem");
    assert.notEqual(after, before);
    const renewed = Date.now() / 1000;
    await eventually("scrapes with the new leaf", async () => {
      const at = await sender.value('timestamp(up{job="shop-node"})');
      return at !== undefined && at > renewed + 4 ? true : undefined;
    });
    const seconds = Math.floor(Date.now() / 1000 - start);
    assert.equal(await sender.value(`min_over_time(up{job="shop-node"}[${seconds}s])`), 1);
    const scrapes = (await sender.value(`count_over_time(up{job="shop-node"}[${seconds}s])`)) ?? 0;
    console.log(`      ${scrapes} scrapes in ${seconds} s`);
    assert.ok(scrapes >= seconds / 2 - 2, `only ${scrapes} scrapes in ${seconds} s`);
    assert.equal(await answer(page(exporterPort), client), 200);
    assert.equal(await answer(page(pagePort), client), 200);
  });

  it("shows nothing to the client any more once its declaration is removed, and no sample is lost", async () => {
    await caughtUp();
    assert.equal(await receiver.value('count(node_load1{job="shop-node"})'), 1);
    configuration.restore();
    await update("sender");
    assert.deepEqual(await answers(outside, "scraper"), outOfReach(outside));
    await nothingMissing(from, 1000);
  });
});
