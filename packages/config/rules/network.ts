import { isDocumentationAddress } from "@metrics-link/contract";
import { ports } from "@metrics-link/release";
import { accepted, type Rule, repeated } from "./rule.ts";

export const networkRules = {
  zonesOfTheRegion: {
    keys: ["account.region", "network.zones"],
    says: "The zones are of the stack's region.",
    *broken({ account, network }) {
      for (const [index, zone] of accepted(network?.zones)) {
        if (account?.region === undefined || zone.slice(0, -1) === account.region) continue;
        yield { path: ["network", "zones", index], remedy: `a zone of ${account.region}, such as ${account.region}a` };
      }
    },
  },
  servicesOfTheRegion: {
    keys: ["account.region", "network.endpointServices"],
    says: "Endpoint services are of the stack's region.",
    *broken({ account, network }) {
      for (const [index, service] of accepted(network?.endpointServices)) {
        if (account?.region === undefined || service.startsWith(`com.amazonaws.vpce.${account.region}.`)) continue;
        const remedy = `an endpoint service of this stack's own region, ${account.region}`;
        yield { path: ["network", "endpointServices", index], remedy };
      }
    },
  },
  eachServiceOnce: {
    keys: ["network.endpointServices"],
    says: "Each endpoint service stands in the list once.",
    *broken({ network }) {
      for (const index of repeated(accepted(network?.endpointServices))) {
        yield { path: ["network", "endpointServices", index], remedy: "each endpoint service once" };
      }
    },
  },
  // Which name leads to which service its owner alone knows. The port is the same for all.
  alertmanagersByEndpoints: {
    keys: ["network.endpointServices", "prometheus.alertmanagers[].url"],
    says: `With endpoint services every Alertmanager has port ${ports.https}: they let nothing else through.`,
    *broken({ network, prometheus }) {
      if ((network?.endpointServices ?? []).length === 0) return;
      for (const [index, { url }] of accepted(prometheus?.alertmanagers)) {
        const { port } = new URL(url ?? "https://unknown");
        if (port === "" || Number(port) === ports.https) continue;
        yield {
          path: ["prometheus", "alertmanagers", index, "url"],
          remedy: `a URL with port ${ports.https} or none: endpoints let through ${ports.https} and nothing else`,
        };
      }
    },
  },
  documentationAddresses: {
    keys: ["network.documentationAddresses", "peer.addresses", "senders[].addresses"],
    says: "Addresses of RFC 5737 are a peer's in a trial network alone.",
    *broken({ network, peer, senders }) {
      if (network?.documentationAddresses !== false) return;
      const lists: [PropertyKey[], (typeof peer & object)["addresses"]][] = [
        [["peer"], peer?.addresses],
        ...accepted(senders).map(([index, one]): [PropertyKey[], typeof one.addresses] => [
          ["senders", index],
          one.addresses,
        ]),
      ];
      for (const [path, list] of lists) {
        for (const [index, address] of accepted(list)) {
          if (!isDocumentationAddress(address)) continue;
          const remedy = "an address that is not for documentation (RFC 5737), or network.documentationAddresses: true";
          yield { path: [...path, "addresses", index], remedy };
        }
      }
    },
  },
} satisfies Record<string, Rule>;
