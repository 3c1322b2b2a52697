import assert from "node:assert/strict";
import { exporterFiles, standardServices } from "@metrics-link/host";
import { sha256 } from "@metrics-link/release";
import { Mutant } from "../../../program/policy/support/mutate.ts";
import { certificates } from "../support/certificates.ts";
import { configurationOf, releaseObject } from "../support/example.ts";
import { find } from "../support/specification.ts";

const name = "link-scrape.prometheus.internal";
const scraper = { name: "b", cidr: "10.10.30.0/28", ports: [9101] };
const asked = {
  network: {
    cidr: "10.10.0.0/16",
    zones: ["eu-west-1a", "eu-west-1b"],
    scrapedBy: [scraper],
    documentationAddresses: true,
  },
  nodeExporter: { exposed: { ca: "ca.pem", clients: [{ name: "b", dnsName: name }] } },
};
const secretArn = "arn:aws:secretsmanager:eu-west-1:111111111111:secret:metrics-link/sender/release-abcdef";

/** The findings for a sender's release with an exposed exporter, after a change. */
function said(
  change: (it: Mutant) => void,
  configuration: Readonly<Record<string, unknown>> = asked,
  policy = "exporters-demand-a-name",
): string {
  const { files, services, checks } = standardServices({
    prometheus: { configuration: "prometheus/prometheus.yml", flags: [] },
    exporter: {
      scrapedFrom: [scraper.cidr],
      admits: { clients: [name], authority: certificates.receiver.root },
    },
  });
  const it = new Mutant({
    configuration: configurationOf("sender", configuration),
    inputs: [releaseObject("sender")],
    outputs: [],
    asked: [],
  });
  it.release((release) => {
    const own = files.filter(({ path }) => /exporter\/|-exporter\.service$/.test(path) && !/node-exporter/.test(path));
    release.files.push(...own.map((file) => ({ ...file, sha256: sha256(file.content) })));
    for (const { unit, onChange } of services.filter((one) => one.unit === "metrics-link-exporter.service")) {
      const filled = onChange.map(({ paths = [], tools = [], action }) => ({ paths, tools, action }));
      release.services.push({ unit, onChange: filled });
    }
    release.checks.push(...checks.filter(({ kind }) => kind === "webConfig"));
    const place = { path: exporterFiles.webConfig, mode: "0400", owner: "node-exporter", group: "node-exporter" };
    release.secrets.push({ ...place, secretArn, versionId: "1", field: exporterFiles.webConfig });
  });
  change(it);
  return find(policy, it.deployed.inputs, "sender", { ...configuration })
    .map(({ message }) => message)
    .join("; ");
}

const unit = "systemd/metrics-link-exporter.service";
const admits = (more: object) => (it: Mutant) =>
  it.file(exporterFiles.admits, (text) => `${JSON.stringify({ ...JSON.parse(text), ...more })}\n`);

describe("the policy exporters-demand-a-name", () => {
  it("passes what packages/host renders for the configuration", () => {
    for (const policy of ["exporters-demand-a-name", "units-are-known", "files-are-known", "prometheus-on-loopback"])
      assert.equal(
        said(() => undefined, asked, policy),
        "",
        policy,
      );
  });

  const fails: Readonly<Record<string, readonly [(it: Mutant) => void, RegExp]>> = {
    "a name more": [admits({ clients: [name, "more.internal"] }), /admits .*more\.internal instead of/],
    "no name": [admits({ clients: [] }), /admits nobody instead of/],
    "a leaf as authority": [admits({ authority: certificates.receiver.leaf }), /authority that is no root/],
    "an unknown field": [admits({ anybody: true }), /has anybody/],
    "no web configuration": [
      (it) => it.file(unit, (text) => text.replace(/ --web\.config\.file=\S+/, "")),
      /runs without exporter\/web\.json/,
    ],
    "no check of the agent": [
      (it) =>
        it.release((release) => {
          release.checks = [];
        }),
      /no check of the agent/,
    ],
  };
  for (const [what, [change, message]] of Object.entries(fails)) {
    it(`fails with ${what}`, () => assert.match(said(change), message));
  }

  it("fails where the configuration exposes none", () => {
    assert.match(
      said(() => undefined, {}),
      /exposed that the configuration does not expose/,
    );
    assert.match(
      said(() => undefined, {}, "units-are-known"),
      /metrics-link-exporter\.service is not a known unit/,
    );
  });
});
