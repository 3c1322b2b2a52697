import assert from "node:assert/strict";
import { InvalidInputError, readCertificates } from "@metrics-link/contract";
import { parse } from "yaml";
import { type DatasourceInput, datasource } from "../../../scripts/grafana/datasource.ts";
import { Authority, type Wanted } from "../../support/authority.ts";

describe("the data source of a query service", () => {
  const [own, readers] = [new Authority("own"), new Authority("readers")];
  after(() => {
    for (const one of [own, readers]) one.remove();
  });
  const input = (wanted: Wanted, change: Partial<DatasourceInput> = {}): DatasourceInput => ({
    service: {
      name: "grafana",
      enabled: true,
      listenAddr: "0.0.0.0:3090",
      ui: false,
      timeout: "25s",
      caCerts: [],
      clients: [{ name: "grafana", dnsName: "grafana.ops.internal", addresses: [] }],
    },
    pki: {
      dnsName: "metrics-ingest.account-b.internal",
      generations: { root: 1, otherRoots: [], intermediate: 1, leaf: 1, identity: 2 },
    },
    scrapeInterval: "15s",
    rootBundle: own.pem,
    address: "10.20.3.4:3090",
    certificate: readCertificates(readers.issue("x", wanted).pem),
    keyFile: "/etc/grafana/reader.key",
    now: Date.now(),
    ...change,
  });
  const sound: Wanted = { names: "DNS:grafana.ops.internal" };

  it("asks by GET, with the certificate, for the name of the identity in force, and holds no private key", () => {
    const text = datasource(input(sound));
    const [source] = parse(text).datasources;
    assert.equal(source.url, "https://10.20.3.4:3090");
    assert.deepEqual(
      [source.jsonData.httpMethod, source.jsonData.serverName, source.access, source.jsonData.timeInterval],
      ["GET", "e2.link-web.metrics-ingest.account-b.internal", "proxy", "15s"],
    );
    assert.equal(source.secureJsonData.tlsCACert, own.pem);
    assert.equal(source.secureJsonData.tlsClientKey, "$__file{/etc/grafana/reader.key}");
    assert.doesNotMatch(text, /PRIVATE KEY/);
  });

  it("is refused for a certificate that the service would not admit", () => {
    const wrong: readonly (readonly [DatasourceInput, RegExp])[] = [
      [input({ names: "DNS:other.ops.internal" }), /a certificate for one of grafana\.ops\.internal/],
      [input({ names: "DNS:*.ops.internal" }), /a certificate for one of/],
      [input({}), /a certificate for one of/],
      [input({ ...sound, endedAt: "20260601000000Z" }), /it ended 2026-06-01/],
      [input(sound, { certificate: [] }), /certificate first/],
    ];
    for (const [given, told] of wrong) {
      assert.throws(
        () => datasource(given),
        (error) => error instanceof InvalidInputError && told.test(error.message),
      );
    }
  });
});
