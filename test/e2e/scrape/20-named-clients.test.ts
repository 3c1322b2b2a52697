import assert from "node:assert/strict";
import { cpSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { audit, findingsOf } from "@metrics-link/audit";
import { fingerprintOf } from "@metrics-link/contract";
import { type WebConfigInput, webConfigText } from "@metrics-link/exporter";
import { cacheDirectory } from "@metrics-link/release";
import { type ClientNetwork, clientNetwork, runOn } from "@metrics-link/sandbox/testing/client-network.ts";
import { stringify } from "yaml";
import { z } from "zod";
import { collect } from "../../../scripts/audit/collect.ts";
import { contextOf } from "../../../scripts/stack/context.ts";
import { Authority, type Wanted } from "../../support/authority.ts";
import { update } from "../support/coming-back.ts";
import { ChangedConfiguration } from "../support/configuration.ts";
import { eventually } from "../support/eventually.ts";
import { beforehand, caughtUp, nothingMissing } from "../support/samples.ts";
import { on, pulumi, receiver, sandbox, sender } from "../support/sandbox.ts";
import { type Asking, ask } from "../support/served.ts";
import { needs, world } from "../support/world.ts";

const [exporterPort, pagePort, nodePort] = [9101, 3081, 9100];
const subnet = "10.41.1.0/24";
const ops = "prometheus.ops.internal";
const nodeName = "node.shop.internal";
/** The leaf's own name, with what the purpose puts in front of it (docs/exporters.md). */
const scrapeName = "link-scrape.metrics-sender.account-a.internal";

const endpoints = z.object({ endpointAddresses: z.tuple([z.string()]).rest(z.string()) });

describe("a host that scrapes and is scraped over mutual TLS", function () {
  needs(world.link);
  this.timeout(1_200_000);

  const folder = join(sandbox.layout.directory, "served");
  const inRepository = (file: string) => relative(sandbox.repository, join(folder, file));
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
    const at = (name: string) => network.addresses[name] ?? assert.fail(name);
    web = {
      ...nodeLeaf(),
      clientAuthority: await on("sender", "cat", "/opt/metrics-link/current/tls/own-root.pem"),
      clientNames: [scrapeName],
    };
    serve(web);
    const flags = [`--web.listen-address=:${nodePort}`, `--web.config.file=${join(folder, "web.json")}`];
    const few = ["--collector.disable-defaults", "--collector.loadavg"];
    ended.push(await runOn(sandbox, "node", [join(cacheDirectory(), "bin", "node_exporter"), ...few, ...flags]));

    const own = authority.issue("page", { names: "DNS:page.internal", usage: "serverAuth" });
    write("ops-root.pem", authority.pem);
    write("page.pem", own.pem);
    const jobs = join(folder, "jobs");
    const { scrapeConfigs = "" } = sandbox.files.section<{ scrapeConfigs?: string }>("sender", "prometheus");
    cpSync(resolve(sandbox.repository, scrapeConfigs), jobs, { recursive: true });
    const job = {
      job_name: "shop-node",
      scheme: "https",
      tls_config: {
        ca: stranger.pem,
        server_name: nodeName,
        cert_file: "secrets/scrape-certificate",
        key_file: "secrets/scrape-key",
        min_version: "TLS13",
      },
      static_configs: [{ targets: [`${at("node")}:${nodePort}`] }],
    };
    writeFileSync(join(jobs, "node.yaml"), stringify([job]));

    configuration = new ChangedConfiguration("sender");
    configuration.write("prometheus", { scrapeConfigs: relative(sandbox.repository, jobs), scrapeIdentity: true });
    configuration.replace("nodeExporter", {
      exposed: { ca: inRepository("ops-root.pem"), clients: [{ name: "ops", dnsName: ops }] },
    });
    configuration.replace("metricsServices", [
      {
        name: "page",
        enabled: true,
        listenAddr: `0.0.0.0:${pagePort}`,
        keypairs: [{ certFile: inRepository("page.pem") }],
        caCerts: [{ file: inRepository("ops-root.pem"), fingerprints: [fingerprintOf(authority.pem)] }],
        clients: [{ name: "ops", dnsName: ops }],
        upstream: { address: "127.0.0.1:9090", path: "/metrics" },
      },
    ]);
    const accepted = "the ops team agreed";
    configuration.write("network", {
      connections: [{ id: network.connection, cidr: network.cidr, accepted }],
      targets: [{ name: "node", cidr: `${at("node")}/32`, ports: [nodePort] }],
      scrapedBy: [{ name: "ops", cidr: `${at("scraper")}/32`, ports: [exporterPort, pagePort] }],
    });
    await pulumi().setSecret("sender", "metrics-link:metricsServices[0].keypairs[0].keySecret", own.key);
    await caughtUp();
    from = beforehand();
    await update("sender");
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
    for (const port of [exporterPort, pagePort]) {
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

  it("is out of reach for a neighbour of the client, whatever it shows, and on every other port", async () => {
    const outOfReach = "curl ended with 28";
    for (const port of [exporterPort, pagePort])
      assert.equal(await answer(page(port), client, "neighbour"), outOfReach);
    for (const port of [9100, 9090, 9091, 9902]) assert.equal(await answer(page(port), client), outOfReach, `${port}`);
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
    for (const port of [exporterPort, pagePort])
      assert.equal(await answer(page(port), client), "curl ended with 28", `${port}`);
    await nothingMissing(from, 1000);
  });
});
