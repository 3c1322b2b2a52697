import {
  asFile,
  bootstrapPath,
  type Chain,
  differencesFrom,
  find,
  onlyName,
  publicChains,
  readValue,
  sentence,
  type Tls,
  type Told,
} from "@metrics-link/envoy/read/index.ts";
import { textsOf } from "@metrics-link/release";
import type { Finding } from "@metrics-link/report";
import type { Contract, EvidencePart, PeerEvidence, StackEvidence } from "../evidence.ts";
import { both, from, judge, unlike, within } from "../judge.ts";

const source = "config_dump of the running Envoy";

/** The running configuration, read like a file. */
export const runningOf = ({ host }: StackEvidence): EvidencePart<Told> =>
  from(
    within(host, ({ envoy }) => envoy),
    (envoy) => readValue(asFile(envoy), "running"),
  );

/** The running configuration: equal to the release, free of findings, and with each peer's name and addresses. */
export function envoyFindings(stack: StackEvidence): Finding[] {
  const running = runningOf(stack);
  const peers = stack.peers.filter(({ suspended }) => suspended === undefined);
  return [
    releaseFinding(stack),
    judge("what the running configuration means", source, running, (found) => ({
      wrong: find(found, { role: stack.configuration.role }).map(sentence),
      fine: "TLS 1.3 only, client certificate required, one exact name and one trust bundle for each peer, exact routes",
    })),
    ...(stack.configuration.role === "receiver"
      ? [chainsFinding(peers, running), ...peers.map((peer) => senderFinding(peer, running))]
      : [
          ...peers.map((peer) => receiverFinding(peer, running)),
          ...(peers.length === 0 ? [nowhereFinding(running)] : []),
        ]),
    handshakesFinding(stack),
  ];
}

/**
 * Recent handshakes. A valid certificate from another address means a stolen key or a changed address: Envoy refuses it,
 * and a person must know. Other refusals are normal on the internet.
 */
function handshakesFinding({ host }: StackEvidence): Finding {
  const seen = within(host, ({ handshakes }) => handshakes);
  return judge("who came lately", "Envoy's log on the host", seen, ({ accepted, refused, cut, since }) => ({
    wrong: [
      ...refused
        .filter(({ filter_chain, peer_sha256 }) => filter_chain === "elsewhere" && peer_sha256 != null)
        .map(({ peer_san, source: from, start }) => `the certificate of ${peer_san} came from ${from} at ${start}`),
      // Somebody who floods a log may want to hide a line of it.
      ...cut.map((what) => `the log is incomplete: ${what}`),
    ],
    fine: `${accepted.length} peers accepted, ${refused.length} sources refused (listed below), since ${since}`,
  }));
}

/** Field by field, so that nothing is left out. */
function releaseFinding({ host, declared }: StackEvidence): Finding {
  const seen = both(
    within(host, ({ envoy }) => envoy),
    declared,
  );
  return judge(
    "what Envoy runs",
    `${source}, compared with the release in the state`,
    seen,
    ([running, { release }]) => {
      const textOf = textsOf(release.document.files);
      const found = differencesFrom(textOf, running);
      return {
        wrong: found.slice(0, 8).map(({ where, message }) => `${where} ${message}`),
        fine: `equal to ${bootstrapPath} and its listener file in release ${release.id.slice(0, 12)}, field by field`,
      };
    },
  );
}

/** While the receiver is suspended, nothing leaves the host. */
function nowhereFinding(running: EvidencePart<Told>): Finding {
  return judge("where Envoy leads", source, running, ({ view }) => ({
    wrong: view.clusters
      .filter(({ tls }) => tls !== undefined)
      .map(({ name }) => `the cluster ${name} leaves this host by TLS, though the receiver is suspended`),
    fine: "nowhere outside this host",
  }));
}

/** One filter chain with a route for each admitted sender, and no other. */
function chainsFinding(peers: readonly PeerEvidence[], running: EvidencePart<Told>): Finding {
  return judge("filter chains that lead to Prometheus", source, running, ({ view }) => {
    const names = publicChains(view).flatMap(({ leads, name }) => (leads ? [name] : []));
    return {
      wrong: unlike(
        "Envoy",
        peers.map(({ name }) => name),
        names,
      ),
      fine: names.join(", "),
    };
  });
}

function senderFinding({ name, contract }: PeerEvidence, running: EvidencePart<Told>): Finding {
  return judge(`sender ${name}: filter chain`, source, both(running, contract), ([{ view }, peer]) => {
    const chain = publicChains(view).find((one) => one.name === name);
    if (chain === undefined) return { wrong: [`there is no filter chain ${name}`], fine: "" };
    const ranges = rangesOf(chain);
    const wanted = peer.role === "sender" ? peer.egressAddresses.map((address) => `${address}/32`) : [];
    return {
      wrong: [...unlike("its address match", wanted, ranges), ...nameFaults(chain.tls, peer)],
      fine: `from ${ranges.join(", ")} with the exact name ${peer.dnsName}`,
    };
  });
}

const rangesOf = ({ sources = [] }: Chain) => sources.map(({ address, prefix }) => `${address}/${prefix ?? 0}`);

function receiverFinding({ name, contract }: PeerEvidence, running: EvidencePart<Told>): Finding {
  return judge(`receiver ${name}: upstream`, source, both(running, contract), ([{ view }, peer]) => {
    const cluster = view.clusters.find(({ tls }) => tls !== undefined);
    if (cluster === undefined) return { wrong: ["no cluster leaves this host by TLS"], fine: "" };
    const addresses = cluster.endpoints.map(({ shown }) => shown);
    const wanted =
      peer.role === "receiver" ? peer.endpointAddresses.map((address) => `${address}:${peer.endpointPort}`) : [];
    return {
      wrong: [...unlike("its endpoints", wanted, addresses), ...nameFaults(cluster.tls, peer)],
      fine: `to ${addresses.join(", ")} with the exact name ${peer.dnsName}`,
    };
  });
}

function nameFaults(tls: Tls | undefined, { dnsName }: Contract): string[] {
  const name = tls === undefined ? undefined : onlyName(tls);
  return unlike("the accepted name", [dnsName], [name ?? "any"]);
}
