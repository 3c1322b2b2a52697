import { blockOfAddress, contains, parseBlock } from "@metrics-link/contract";
import { ownPage } from "@metrics-link/release";
import type { Known } from "../known.ts";
import { networkPortOf } from "../listeners.ts";
import { accepted, type Rule, repeated } from "./rule.ts";

const section = "metricsServices";
const keyOf = (name: string) => `${section}[].${name}`;

/** Both kinds of services: what the network, the names and the clients of one must fulfil, the other must too. */
const sections = ["metricsServices", "queryServices"] as const;
const keysOf = (...names: readonly string[]) => sections.flatMap((one) => names.map((name) => `${one}[].${name}`));

/** The services of both kinds that were accepted, each with its section and its place. */
const servicesIn = (known: Known) =>
  sections.flatMap((kind) => accepted(known[kind]).map(([index, service]) => ({ kind, index, service })));

export const servicesRules = {
  servicesApart: {
    keys: keysOf("name", "listenAddr"),
    says: "No two metrics services and no two query services have one name, and no two services one port.",
    *broken(known) {
      for (const kind of sections) {
        const named = accepted(known[kind]).flatMap(([index, { name }]) =>
          name === undefined ? [] : [[index, name] as const],
        );
        for (const index of repeated(named)) {
          yield { path: [kind, index, "name"], remedy: "a name that no other service has" };
        }
      }
      const placed = servicesIn(known).flatMap(({ kind, index, service: { listenAddr } }) =>
        listenAddr === undefined ? [] : [{ kind, index, port: listenAddr.split(":").at(-1) }],
      );
      for (const at of repeated(placed.map(({ port }, place) => [place, port] as const))) {
        const { kind = section, index = 0 } = placed[at] ?? {};
        yield { path: [kind, index, "listenAddr"], remedy: "a port that no other service has" };
      }
    },
  },
  readersAreNamed: {
    keys: ["enabled", "caCerts", "clients"].map((name) => `queryServices[].${name}`),
    says: "A query service that listens has the readers' roots and at least one client.",
    *broken({ queryServices }) {
      for (const [index, service] of accepted(queryServices)) {
        if (service.enabled !== true) continue;
        const needed = {
          caCerts: "the readers' root, as file and fingerprints",
          clients: "who may query, as name and dnsName: without one nobody could",
        };
        for (const [name, remedy] of Object.entries(needed)) {
          const found = service[name as keyof typeof needed];
          if (found?.length === 0) yield { path: ["queryServices", index, name], remedy };
        }
      }
    },
  },
  inClearOnLoopback: {
    keys: [keyOf("enabled"), keyOf("mtls"), keyOf("listenAddr")],
    says: "A metrics service without `mtls` listens on loopback.",
    *broken({ metricsServices }) {
      for (const [index, { enabled, mtls, listenAddr }] of accepted(metricsServices)) {
        if (enabled !== true || mtls !== false || listenAddr?.startsWith("127.0.0.1:") !== false) continue;
        yield {
          path: [section, index, "listenAddr"],
          remedy: "127.0.0.1 with a port, or mtls: true: everybody on the way could read the metrics",
        };
      }
    },
  },
  certificatesWithMtls: {
    keys: [keyOf("enabled"), keyOf("mtls"), keyOf("keypairs"), keyOf("caCerts"), keyOf("clients")],
    says: "A metrics service with `mtls` has a keypair, the clients' roots and at least one client.",
    *broken({ metricsServices }) {
      for (const [index, service] of accepted(metricsServices)) {
        if (service.enabled !== true || service.mtls !== true) continue;
        const needed = {
          keypairs: "the service's certificate with its key, as certFile and keySecret",
          caCerts: "the clients' root, as file and fingerprints",
          clients: "who may scrape, as name and dnsName: without one nobody could",
        };
        for (const [name, remedy] of Object.entries(needed)) {
          const found = service[name as keyof typeof needed];
          if (found?.length === 0) yield { path: [section, index, name], remedy };
        }
      }
    },
  },
  clientsApart: {
    keys: keysOf("clients[].name", "clients[].dnsName", "clients[].addresses"),
    says: "No two clients of a service have one name, one DNS name or one address.",
    *broken(known) {
      for (const {
        kind,
        index,
        service: { clients },
      } of servicesIn(known)) {
        const found = accepted(clients);
        for (const name of ["name", "dnsName"] as const) {
          const values = found.flatMap(([at, one]) => (one[name] === undefined ? [] : [[at, one[name]] as const]));
          for (const at of repeated(values)) {
            yield { path: [kind, index, "clients", at, name], remedy: "a name that no other client of it has" };
          }
        }
        const addresses = found.flatMap(([at, one]) =>
          accepted(one.addresses).map(([, value]) => [at, value] as const),
        );
        for (const at of new Set(repeated(addresses))) {
          yield {
            path: [kind, index, "clients", at, "addresses"],
            remedy: "addresses that no other client of it has",
          };
        }
      }
    },
  },
  clientsAreLetIn: {
    keys: [...keysOf("listenAddr", "clients[].addresses"), "network.scrapedBy[].cidr", "network.scrapedBy[].ports"],
    says: "An address of a service's client is one that `network.scrapedBy` lets in to the service's port.",
    *broken(known) {
      const { network } = known;
      // A machine that is not a host of a stack has none.
      if (network === undefined) return;
      for (const { kind, index, service } of servicesIn(known)) {
        const port = networkPortOf(service);
        if (port === undefined || ("mtls" in service && service.mtls === false)) continue;
        const ranges = accepted(network.scrapedBy).flatMap(([, { cidr, ports }]) =>
          ports?.includes(port) ? (parseBlock(cidr ?? "") ?? []) : [],
        );
        for (const [at, { addresses }] of accepted(service.clients)) {
          const wrong = accepted(addresses).some(([, address]) => {
            const block = blockOfAddress(address);
            return block !== undefined && !ranges.some((range) => contains(range, block));
          });
          if (!wrong) continue;
          yield {
            path: [kind, index, "clients", at, "addresses"],
            remedy: `addresses in a range of network.scrapedBy with port ${port}: from elsewhere nothing reaches the service`,
          };
        }
      }
    },
  },
  ownPages: {
    keys: [keyOf("upstream.address"), keyOf("upstream.path")],
    says: "Of the host's own servers a metrics service has the page of metrics alone.",
    *broken({ metricsServices }) {
      for (const [index, { upstream }] of accepted(metricsServices)) {
        const { address, path } = upstream ?? {};
        const own = address === undefined ? undefined : ownPage(address);
        if (own === undefined || path === undefined || path === own) continue;
        yield { path: [section, index, "upstream", "path"], remedy: `${own}: ${address} has no other metrics` };
      }
    },
  },
} satisfies Record<string, Rule>;
