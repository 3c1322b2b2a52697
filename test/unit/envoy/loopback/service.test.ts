import assert from "node:assert/strict";
import { eventually } from "../../../support/eventually.ts";
import { type Caller, Client, callOnce, type Request } from "../support/client.ts";
import { clientName, getByHttp1, ServiceBench, serverName } from "../support/service.ts";

const scrape: Request = { method: "GET", path: "/metrics" };

describe("a metrics service", () => {
  let bench: ServiceBench;
  before(async () => {
    bench = await ServiceBench.up();
  });
  after(() => bench?.down());

  it("serves its page to a named client, by HTTP/2 and by HTTP/1.1, and says who scraped", async () => {
    assert.equal((await callOnce(bench.scraper, scrape)).status, 200);
    assert.deepEqual(await getByHttp1(bench.scraper, "/metrics"), {
      status: 200,
      text: "# TYPE teleport_up gauge\nteleport_up 1\n",
    });
    const line = await bench.envoy.logged("the scrape", ({ protocol }) => protocol === "HTTP/1.1");
    assert.deepEqual(
      [line.peer_san, line.filter_chain, line.status, line.tls_version],
      [clientName, "anywhere", 200, "TLSv1.3"],
    );
  });

  it("runs as its files say, which the agent asks of it before a release comes into force", async () => {
    assert.deepEqual(await bench.differences(), []);
  });

  const refused: readonly (readonly [string, Request, number])[] = [
    ["HEAD", { method: "HEAD" }, 405],
    ["POST", { method: "POST" }, 405],
    ["POST with a body", { method: "POST", body: Buffer.from("x") }, 403],
    ["PUT", { method: "PUT" }, 405],
    ["OPTIONS", { method: "OPTIONS" }, 405],
    ["TRACE", { method: "TRACE" }, 405],
    ["a lower-case method", { method: "get" }, 405],
    ["CONNECT", { method: "CONNECT" }, 404],
    ["a query string", { path: "/metrics?collect[]=cpu" }, 404],
    ["an empty query string", { path: "/metrics?" }, 404],
    ["a fragment", { path: "/metrics#x" }, 400],
    ["a longer path", { path: "/metrics/" }, 404],
    ["another case", { path: "/Metrics" }, 404],
    ["the root", { path: "/" }, 404],
    ["health", { path: "/healthz" }, 404],
    ["readiness", { path: "/readyz" }, 404],
    ["profiles", { path: "/debug/pprof/heap" }, 404],
    ["a dot segment that leads out", { path: "/metrics/../debug" }, 404],
    ["a dot segment that leads in", { path: "/x/../metrics" }, 404],
    ["an encoded dot segment", { path: "/x/%2e%2e/metrics" }, 404],
    ["a double slash", { path: "//metrics" }, 404],
    ["an encoded letter", { path: "/%6detrics" }, 404],
    ["an encoded slash", { path: "/x%2Fmetrics" }, 400],
    ["a semicolon", { path: "/metrics;x" }, 404],
    ["remote write", { method: "POST", path: "/api/v1/write" }, 404],
    ["a body", { body: Buffer.alloc(1) }, 403],
    ["a large body", { body: Buffer.alloc(100_000) }, 413],
    ["a body with its length", { body: Buffer.alloc(1), headers: { "content-length": "1" } }, 403],
  ];
  for (const [what, request, expected] of refused) {
    it(`gets ${expected} for ${what}, and nothing reaches the server`, async () => {
      const reached = bench.reached.length;
      assert.equal((await callOnce(bench.scraper, { ...scrape, ...request })).status, expected);
      assert.equal(bench.reached.length, reached);
    });
  }

  const strangers: readonly (readonly [
    string,
    (bench: ServiceBench) => Partial<Caller> & { leaf?: never | object },
  ])[] = [
    ["no certificate", () => ({ leaf: undefined as never })],
    [
      "another name of the same root",
      ({ clients }) => ({ leaf: clients.issue({ dnsName: "grafana.ops.internal", usage: "clientAuth" }) }),
    ],
    ["a longer name", ({ clients }) => ({ leaf: clients.issue({ dnsName: `x.${clientName}`, usage: "clientAuth" }) })],
    [
      "a wildcard that covers the name",
      ({ clients }) => ({ leaf: clients.issue({ dnsName: "*.ops.internal", usage: "clientAuth" }) }),
    ],
    [
      "the name as common name alone",
      ({ clients }) => ({
        leaf: clients.issue({ dnsName: clientName, usage: "clientAuth", subjectAltName: "IP:127.0.0.1" }),
      }),
    ],
    [
      "the name as an address of mail",
      ({ clients }) => ({
        leaf: clients.issue({ dnsName: clientName, usage: "clientAuth", subjectAltName: `email:x@${clientName}` }),
      }),
    ],
    [
      "an expired certificate",
      ({ clients }) => ({ leaf: clients.issue({ dnsName: clientName, usage: "clientAuth", days: -1 }) }),
    ],
    [
      "a certificate for servers",
      ({ clients }) => ({ leaf: clients.issue({ dnsName: clientName, usage: "serverAuth" }) }),
    ],
    [
      "the name from another root",
      (one) => ({ leaf: one.newAuthority("other").issue({ dnsName: clientName, usage: "clientAuth" }) }),
    ],
    [
      "a leaf of the service's own PKI",
      ({ server }) => ({ leaf: server.issue({ dnsName: clientName, usage: "clientAuth" }) }),
    ],
    ["the service's own leaf", ({ leaf }) => ({ leaf })],
    ["TLS 1.2", () => ({ maxVersion: "TLSv1.2" })],
  ];
  for (const [what, change] of strangers) {
    it(`refuses ${what}`, async () => {
      const reached = bench.reached.length;
      await assert.rejects(callOnce({ ...bench.scraper, ...change(bench) } as Caller, scrape));
      await assert.rejects(getByHttp1({ ...bench.scraper, ...change(bench) } as Caller, "/metrics"));
      assert.equal(bench.reached.length, reached);
    });
  }

  it("counts scrapes, refusals and certificates, each under its name", async () => {
    const [scrapes, refusals, names] = await Promise.all([
      bench.envoy.counter("envoy_http_downstream_rq_xx", 'envoy_http_conn_manager_prefix="service_teleport"'),
      bench.envoy.counter("envoy_listener_ssl_fail_verify_error"),
      bench.envoy.counter("envoy_listener_ssl_fail_verify_san"),
    ]);
    assert.ok(scrapes > 20 && refusals > 3 && names > 3, JSON.stringify({ scrapes, refusals, names }));
    assert.ok(
      (await bench.envoy.counter("envoy_cluster_upstream_rq_xx", 'envoy_cluster_name="service-teleport"')) >= 2,
    );
  });
});

describe("a metrics service at its limits", () => {
  it("gives its server 8 requests at once, answers more with 503, and goes on", async () => {
    const bench = await ServiceBench.up();
    try {
      let release = () => {};
      bench.slow = new Promise((resolve) => {
        release = resolve;
      });
      const client = Client.connect(bench.scraper);
      const many = Array.from({ length: 24 }, () => client.request(scrape).then(({ status }) => status));
      await eventually("what is too much was refused", async () =>
        (await bench.envoy.counter("envoy_cluster_upstream_rq_pending_overflow")) >= 8 ? true : undefined,
      );
      await eventually("the server has its share", () => (bench.reached.length === 8 ? true : undefined));
      release();
      const statuses = await Promise.all(many);
      client.close();
      assert.deepEqual(
        [statuses.filter((one) => one === 200).length, statuses.filter((one) => one === 503).length],
        [8, 16],
      );
      bench.slow = undefined;
      assert.equal((await callOnce(bench.scraper, scrape)).status, 200);
    } finally {
      await bench.down();
    }
  });

  it("answers 503 while its server is away", async () => {
    const bench = await ServiceBench.up();
    try {
      await bench.stopServer();
      assert.equal((await callOnce(bench.scraper, scrape)).status, 503);
      assert.ok((await bench.envoy.counter("envoy_cluster_upstream_cx_connect_fail")) >= 1);
    } finally {
      await bench.down();
    }
  });

  it("changes its certificate 20 times without a failed scrape", async () => {
    const bench = await ServiceBench.up({}, { connectionLifetimeSeconds: 1 });
    try {
      const failed: unknown[] = [];
      let scrapes = 0;
      const leaves = [bench.leaf, bench.server.issue({ dnsName: serverName, usage: "serverAuth" })];
      for (let turn = 1; turn <= 20; turn += 1) {
        bench.folder.switchTo(bench.release(leaves[turn % 2]));
        for (let one = 0; one < 3; one += 1, scrapes += 1) {
          await callOnce(bench.scraper, scrape).then(
            ({ status }) => status === 200 || failed.push(status),
            (error) => failed.push(error),
          );
        }
      }
      assert.deepEqual(failed, []);
      assert.equal(scrapes, 60);
      assert.equal(await bench.envoy.counter("envoy_sds_key_rotation_failed"), 0);
    } finally {
      await bench.down();
    }
  });

  it("admits a client that is bound to an address from there alone", async () => {
    const clients = [{ name: "ops", dnsName: clientName, addresses: ["127.0.0.2"] }];
    const bench = await ServiceBench.up({ clients });
    try {
      assert.equal((await callOnce({ ...bench.scraper, sourceAddress: "127.0.0.2" }, scrape)).status, 200);
      await assert.rejects(callOnce({ ...bench.scraper, sourceAddress: "127.0.0.3" }, scrape));
      assert.equal(bench.reached.length, 1);
      assert.deepEqual(await bench.differences(), []);
    } finally {
      await bench.down();
    }
  });

  it("runs as its files say in clear as well", async () => {
    const bench = await ServiceBench.up({ host: "127.0.0.1", clients: undefined });
    try {
      assert.deepEqual(await bench.differences(), []);
    } finally {
      await bench.down();
    }
  });
});
