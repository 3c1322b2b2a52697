import { type LeafPurpose, leafNames, leafPurposes, purposeLabel, purposeNames } from "@metrics-link/contract";
import { accepted, type Rule, repeated } from "./rule.ts";

/** RFC 1035 section 2.3.4, without the root's own dot. */
const longestName = 253;

const purposes = Object.keys(leafPurposes) as readonly LeafPurpose[];

/** Names of leaves for other purposes than the link, and of those who are let in by name. */
export const leafNameRules = {
  theLinksNameIsNoOtherLeafs: {
    keys: ["pki.dnsName"],
    says: `\`pki.dnsName\` does not begin with ${purposes.map((one) => `\`${purposeLabel(one)}.\``).join(", ")}: the leaves for other purposes have these names.`,
    *broken({ pki }) {
      const name = pki?.dnsName;
      if (name === undefined) return;
      const taken = purposes.map(purposeLabel).find((label) => name.startsWith(`${label}.`));
      if (taken !== undefined) yield { path: ["pki", "dnsName"], remedy: `a name that does not begin with ${taken}.` };
    },
  },
  namesOfOtherLeavesFit: {
    keys: ["pki.dnsName", "pki.generations.identity", "prometheus.scrapeIdentity", "nodeExporter.exposed.ca"],
    says: `The names of the leaves for other purposes have ${longestName} characters at most.`,
    *broken({ pki, prometheus, nodeExporter }) {
      const { dnsName, generations: { identity } = {} } = pki ?? {};
      if (dnsName === undefined || identity === undefined) return;
      const wanted: readonly LeafPurpose[] = [
        ...(prometheus?.scrapeIdentity ? (["scrape"] as const) : []),
        ...(nodeExporter?.exposed === undefined ? [] : (["exporter"] as const)),
      ];
      for (const purpose of wanted) {
        const [name] = purposeNames(purpose, dnsName, identity);
        if (name.length <= longestName) continue;
        yield {
          path: ["pki", "dnsName"],
          remedy: `a name shorter by ${name.length - longestName}: a leaf is called ${name}`,
        };
        return;
      }
    },
  },
  eachClientOfTheExporterOnce: {
    keys: ["nodeExporter.exposed.clients[].name", "nodeExporter.exposed.clients[].dnsName"],
    says: "Each client of the exporter has a name of its own, here and in its certificate.",
    *broken({ nodeExporter }) {
      for (const field of ["name", "dnsName"] as const) {
        const found = accepted(nodeExporter?.exposed?.clients).flatMap(([index, one]) => {
          const value = one[field];
          return value === undefined ? [] : [[index, value] as const];
        });
        for (const index of repeated(found)) {
          yield { path: ["nodeExporter", "exposed", "clients", index, field], remedy: "each client once" };
        }
      }
    },
  },
  noLinkLeafOpensTheExporter: {
    keys: ["pki.dnsName", "pki.generations.identity", "nodeExporter.exposed.clients[].dnsName"],
    says: "No client of the exporter has the name of this stack's link leaf: a leaf has one purpose.",
    *broken({ pki, nodeExporter }) {
      const { dnsName, generations: { identity } = {} } = pki ?? {};
      if (dnsName === undefined || identity === undefined) return;
      const own = leafNames(dnsName, identity);
      for (const [index, client] of accepted(nodeExporter?.exposed?.clients)) {
        if (client.dnsName === undefined || !own.includes(client.dnsName)) continue;
        const [scrape] = purposeNames("scrape", dnsName, identity);
        yield {
          path: ["nodeExporter", "exposed", "clients", index, "dnsName"],
          remedy: `the name of a leaf for scraping; this stack's own is ${scrape} (prometheus.scrapeIdentity)`,
        };
      }
    },
  },
} satisfies Record<string, Rule>;
