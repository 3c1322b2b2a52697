/** Values that contradict each other. Each rule of the schema has a case here: without one this file does not compile. */
import assert from "node:assert/strict";
import { parseConfiguration, type RuleName, rules } from "@metrics-link/config";
import { allKeysOf } from "../../../scripts/generate/configuration.ts";
import { accountCases } from "./account-cases.ts";
import { example, problemsOf, type Role, withValue } from "./example.ts";
import { type Case, type Change, peersCases } from "./peers-cases.ts";
import { servicesCases } from "./services-cases.ts";
import { waysCases } from "./ways-cases.ts";

const zone = "network.zones";
const service = (region: string, digit = "0") => `com.amazonaws.vpce.${region}.vpce-svc-${digit.repeat(17)}`;
const alertmanager = { url: "https://am.example.com" };
const longName = `${"a23456789.".repeat(25)}de`;

const cases: Readonly<Record<RuleName, readonly Case[]>> = {
  ...accountCases,
  ...waysCases,
  ...servicesCases,
  zonesOfTheRegion: [
    {
      change: { [zone]: ["us-east-1a", "us-east-1b"] },
      told: { "network.zones[0]": /a zone of eu-west-1, such as eu-west-1a/, "network.zones[1]": /eu-west-1/ },
      right: { [zone]: ["eu-west-1b", "eu-west-1c"] },
    },
  ],
  servicesOfTheRegion: [
    {
      change: { "network.endpointServices": [service("eu-west-1"), service("eu-west-2", "1")] },
      told: { "network.endpointServices[1]": /own region, eu-west-1/ },
      right: { "network.endpointServices": [service("eu-west-1"), service("eu-west-1", "1")] },
    },
  ],
  eachServiceOnce: [
    {
      change: { "network.endpointServices": [service("eu-west-1"), service("eu-west-1")] },
      told: { "network.endpointServices[1]": /once/ },
      right: { "network.endpointServices": [service("eu-west-1")] },
    },
  ],
  alertmanagersByEndpoints: [
    {
      change: {
        "network.endpointServices": [service("eu-west-1")],
        "prometheus.alertmanagers": [{ url: "https://am.example.com:9093" }],
      },
      told: { "prometheus.alertmanagers[0].url": /port 443 or none/ },
      right: { "prometheus.alertmanagers": [{ url: "https://am.example.com:9093" }] },
    },
  ],
  documentationAddresses: [
    {
      change: { "peer.addresses": ["8.8.4.4", "203.0.113.1"] },
      told: { "peer.addresses[1]": /RFC 5737/ },
      right: { "peer.addresses": ["203.0.113.1"], "network.documentationAddresses": true },
    },
    {
      role: "receiver",
      change: { "senders[].addresses": ["203.0.113.1"] },
      told: { "senders[0].addresses[0]": /RFC 5737/ },
      right: { "senders[].addresses": ["8.8.4.4"] },
    },
  ],
  artifactsOfAnOfflineRoot: [
    {
      change: { "pki.artefacts": undefined },
      told: { "pki.artefacts": /the folder of the repository/ },
      right: { "pki.artefacts": undefined, "pki.root": "trial" },
    },
  ],
  intermediateEndsBeforeItsRoot: [
    {
      change: { "pki.lifetimes": { rootYears: 5 } },
      told: { "pki.lifetimes.intermediateYears": /fewer than the 5 years/ },
      right: { "pki.lifetimes": { rootYears: 6 } },
    },
  ],
  leafEndsBeforeItsIntermediate: [
    {
      change: { "pki.lifetimes": { intermediateYears: 1, leafDays: 365 } },
      told: { "pki.lifetimes.leafDays": /fewer than the 365 days/ },
      right: { "pki.lifetimes": { intermediateYears: 1, leafDays: 364 } },
    },
  ],
  eachRootOnce: [
    {
      change: { "pki.generations": { root: 2, otherRoots: [2] } },
      told: { "pki.generations.otherRoots": /not 2, which signs/ },
      right: { "pki.generations": { root: 2, otherRoots: [1] } },
    },
  ],
  nextIntermediateIsNext: [
    {
      change: { "pki.generations": { intermediate: 2, nextIntermediate: 2 } },
      told: { "pki.generations.nextIntermediate": /above 2/ },
      right: { "pki.generations": { intermediate: 2, nextIntermediate: 3 } },
    },
  ],
  nameOfTheIdentityFits: [
    {
      change: { "pki.dnsName": longName, "pki.generations": { identity: 2 } },
      told: { "pki.dnsName": /shorter by 2: identity 2 puts e2\. in front/ },
      right: { "pki.dnsName": longName },
    },
  ],
  theLinksNameIsNoOtherLeafs: [
    {
      change: { "pki.dnsName": "link-scrape.account-a.internal" },
      told: { "pki.dnsName": /does not begin with link-scrape\./ },
      right: { "pki.dnsName": "link-scraper.account-a.internal" },
    },
  ],
  namesOfOtherLeavesFit: [
    {
      change: { "pki.dnsName": longName, "prometheus.scrapeIdentity": true },
      told: { "pki.dnsName": /shorter by 11: a leaf is called link-scrape\./ },
      right: { "pki.dnsName": longName },
    },
  ],
  eachClientOfTheExporterOnce: [
    {
      change: {
        "nodeExporter.exposed": {
          ca: "ca.pem",
          clients: [
            { name: "b", dnsName: "b.internal" },
            { name: "b", dnsName: "b.internal" },
          ],
        },
      },
      told: { "nodeExporter.exposed.clients[1].name": /once/, "nodeExporter.exposed.clients[1].dnsName": /once/ },
      right: { "nodeExporter.exposed": { ca: "ca.pem", clients: [{ name: "b", dnsName: "b.internal" }] } },
    },
  ],
  noLinkLeafOpensTheExporter: [
    {
      change: {
        "pki.dnsName": "sender.a.internal",
        "nodeExporter.exposed": { ca: "ca.pem", clients: [{ name: "b", dnsName: "sender.a.internal" }] },
      },
      told: { "nodeExporter.exposed.clients[0].dnsName": /leaf for scraping; .* is link-scrape\.sender\.a\.internal/ },
      right: {
        "pki.dnsName": "sender.a.internal",
        "nodeExporter.exposed": { ca: "ca.pem", clients: [{ name: "b", dnsName: "link-scrape.sender.a.internal" }] },
      },
    },
  ],
  shardsInOrder: [
    {
      change: { "prometheus.remoteWrite": { minShards: 100, maxShards: 2 } },
      told: { "prometheus.remoteWrite.minShards": /at most the 2 of prometheus\.remoteWrite\.maxShards/ },
      right: { "prometheus.remoteWrite": { minShards: 2, maxShards: 2 } },
    },
    {
      change: { "prometheus.remoteWrite": { minShards: 51 } },
      told: { "prometheus.remoteWrite.minShards": /at most the 50/ },
      right: { "prometheus.remoteWrite": { minShards: 50 } },
    },
  ],
  backoffsInOrder: [
    {
      change: { "prometheus.remoteWrite": { minBackoff: "2s", maxBackoff: "1500ms" } },
      told: { "prometheus.remoteWrite.minBackoff": /at most the 1500ms/ },
      right: { "prometheus.remoteWrite": { minBackoff: "1s", maxBackoff: "1000ms" } },
    },
    {
      change: { "prometheus.remoteWrite": { minBackoff: "1m" } },
      told: { "prometheus.remoteWrite.minBackoff": /at most the 30s/ },
      right: { "prometheus.remoteWrite": { minBackoff: "30s" } },
    },
  ],
  aShardHoldsABatch: [
    {
      change: { "prometheus.remoteWrite": { capacity: 100 } },
      told: { "prometheus.remoteWrite.capacity": /at least the 2000/ },
      right: { "prometheus.remoteWrite": { capacity: 100, maxSamplesPerSend: 100 } },
    },
  ],
  queuesFitIntoMemory: [
    {
      change: { "prometheus.remoteWrite": { capacity: 1_000_000 } },
      told: { "prometheus.remoteWrite.capacity": /at most 200000 with 50 shards/ },
      right: { "prometheus.remoteWrite": { capacity: 1_000_000, maxShards: 10 } },
    },
  ],
  oneWayToProveOneself: [
    {
      change: {
        "prometheus.alertmanagers": [
          { ...alertmanager, bearerToken: "t", basicAuth: { username: "u", password: "p" } },
        ],
      },
      told: { "prometheus.alertmanagers[0]": /not both/ },
      right: { "prometheus.alertmanagers": [{ ...alertmanager, bearerToken: "t" }] },
    },
  ],
  eachAlertmanagerOnce: [
    {
      change: { "prometheus.alertmanagers": [alertmanager, { url: `${alertmanager.url}:443/` }] },
      told: { "prometheus.alertmanagers[1].url": /once/ },
      right: { "prometheus.alertmanagers": [alertmanager, { url: `${alertmanager.url}/team` }] },
    },
  ],
  ...peersCases,
};

/** The example of a role with values at several keys. */
const changed = (role: Role, change: Change): Record<string, unknown> =>
  Object.entries(change).reduce((raw, [key, value]) => withValue(role, key, value, raw), example(role));

describe("what keys demand of each other", () => {
  for (const name of Object.keys(rules) as RuleName[]) {
    for (const [index, { role = "sender", change, told, right }] of cases[name].entries()) {
      it(`${name}${index === 0 ? "" : ` (${index + 1})`}: ${rules[name].says}`, () => {
        const problems = problemsOf(changed(role, change));
        assert.deepEqual(
          problems.map(({ key }) => key).toSorted(),
          Object.keys(told)
            .map((key) => `metrics-link:${key}`)
            .toSorted(),
        );
        for (const { key, remedy } of problems) assert.match(remedy, told[key.replace("metrics-link:", "")] ?? /never/);
        parseConfiguration(changed(role, right));
      });
    }
  }

  it("names keys that exist", () => {
    const paths = [...allKeysOf("sender"), ...allKeysOf("receiver"), ...allKeysOf("exchange")].map(({ path }) => path);
    for (const { keys } of Object.values(rules)) for (const key of keys) assert.ok(paths.includes(key), key);
  });

  it("is told in one message with what is wrong by itself, and says nothing about a key that is", () => {
    const raw = {
      ...changed("sender", { "prometheus.remoteWrite": { minShards: 100, maxShards: 0, capacity: 1 } }),
      account: { ...(example("sender").account as object), region: "us-east-1", id: 1 },
      host: { instanceType: "t2.small" },
    };
    assert.deepEqual(
      problemsOf(raw).map(({ key }) => key.replace("metrics-link:", "")),
      [
        "account.id",
        "host.imageId",
        "host.instanceType",
        "prometheus.remoteWrite.maxShards",
        "network.zones[0]",
        "prometheus.remoteWrite.capacity",
      ],
    );
  });
});
