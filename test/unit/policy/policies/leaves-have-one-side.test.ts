import { types } from "@metrics-link/policy/model/resources.ts";
import { resource } from "../support/example.ts";
import { specify, unknown } from "../support/specification.ts";

const leaf = (allowedUses: string[], name = "sender-leaf-g1") =>
  resource(types.locallySignedCert, { allowedUses }, { name: `${name}-certificate` });
const request = (dnsNames: string[], name = "sender-leaf-g1") =>
  resource(types.certRequest, { dnsNames }, { name: `${name}-request` });

const dnsName = "metrics-sender.account-a.internal";
const [client, server] = [
  ["digital_signature", "client_auth"],
  ["digital_signature", "server_auth"],
];

specify("leaves-have-one-side", {
  passes: {
    "a client": leaf(client),
    "the name of the configuration": request([dnsName]),
    "an intermediate's request": resource(types.certRequest, {}, { name: "sender-intermediate-g1-request" }),
  },
  fails: {
    "a server at a sender": [leaf(server), /server_auth instead of client_auth/],
    "both sides": [leaf([...client, "server_auth"]), /allowedUses are/],
    "a wildcard": [request(["*.account-a.internal"]), /asks for \*\.account-a/],
    "an address": [
      resource(types.certRequest, { ipAddresses: ["192.0.2.1"] }, { name: "sender-leaf-g1-request" }),
      /asks for 192.0.2.1/,
    ],
    "an intermediate with a name": [
      request([dnsName], "sender-intermediate-g1"),
      /asks for metrics-sender.* the names are none/,
    ],
    "a leaf that no section asks for": [leaf(client, "sender-scrape-leaf-g1"), /for no purpose of this configuration/],
    "its name": [request([`link-scrape.${dnsName}`], "sender-scrape-leaf-g1"), /asks for link-scrape/],
  },
  undecidable: {
    "names that are not known": resource(types.certRequest, { dnsNames: unknown }, { name: "sender-leaf-g1-request" }),
  },
});

describe("with leaves for other purposes", () => {
  specify("leaves-have-one-side", {
    configuration: {
      prometheus: { externalLabels: { account: "a" }, scrapeIdentity: true },
      nodeExporter: { exposed: { ca: "ca.pem", clients: [{ name: "b", dnsName: "b.internal" }] } },
    },
    passes: {
      "a client for scraping": leaf(client, "sender-scrape-leaf-g1"),
      "its name": request([`link-scrape.${dnsName}`], "sender-scrape-leaf-g1-r2"),
      "a server for the exporter": leaf(server, "sender-exporter-leaf-g1"),
    },
    fails: {
      "a server that scrapes": [leaf(server, "sender-scrape-leaf-g1"), /server_auth instead of client_auth/],
      "an exporter that is a client": [leaf(client, "sender-exporter-leaf-g1"), /client_auth, .*instead/],
      "the link's name for scraping": [request([dnsName], "sender-scrape-leaf-g1"), /asks for metrics-sender/],
      "the scraper's name for the link": [request([`link-scrape.${dnsName}`]), /asks for link-scrape/],
      "two purposes in one leaf": [
        request([`link-scrape.${dnsName}`, `link-exporter.${dnsName}`], "sender-exporter-leaf-g1"),
        /asks for link-scrape/,
      ],
    },
    undecidable: {},
  });
});
