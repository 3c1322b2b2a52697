import { releaseFiles } from "@metrics-link/envoy";
import {
  asFile,
  type Chain,
  differencesFrom,
  find,
  onlyName,
  parseJson,
  publicChains,
  readValue,
  sentence,
  type Tls,
  type Told,
} from "@metrics-link/envoy/read/index.ts";
import type { Contract, EvidencePart, PeerEvidence, StackEvidence } from "../evidence.ts";
import { both, from, judge, type Row, unlike, within } from "../rows.ts";

const source = "config_dump of the running Envoy";

/** The configuration that runs, read as a file is. */
export const runningOf = ({ host }: StackEvidence): EvidencePart<Told> =>
  from(
    within(host, ({ envoy }) => envoy),
    (envoy) => readValue(asFile(envoy), "running"),
  );

/** What Envoy really runs: as the release says, sound in itself, and for each peer with that peer's name and addresses. */
export function envoyRows(stack: StackEvidence): Row[] {
  const running = runningOf(stack);
  const peers = stack.peers.filter(({ suspended }) => suspended === undefined);
  return [
    releaseRow(stack),
    judge("what the running configuration means", source, running, (found) => ({
      wrong: find(found, { role: stack.configuration.role }).map(sentence),
      fine: "TLS 1.3 and nothing else, certificate demanded, one exact name and one trust store a peer, exact routes",
    })),
    ...(stack.configuration.role === "receiver"
      ? [chainsRow(peers, running), ...peers.map((peer) => senderRow(peer, running))]
      : [...peers.map((peer) => receiverRow(peer, running)), ...(peers.length === 0 ? [nowhereRow(running)] : [])]),
    handshakesRow(stack),
  ];
}

/**
 * Who came lately. A rightful certificate at a wrong address is a key in other hands, or an address that has changed:
 * Envoy refuses it, and a person has to hear of it. Other refusals are what a door on the internet meets.
 */
function handshakesRow({ host }: StackEvidence): Row {
  const seen = within(host, ({ handshakes }) => handshakes);
  return judge("who came lately", "Envoy's log on the host", seen, ({ accepted, refused, cut, since }) => ({
    wrong: [
      ...refused
        .filter(({ filter_chain, peer_sha256 }) => filter_chain === "elsewhere" && peer_sha256 != null)
        .map(({ peer_san, source: from, start }) => `the certificate of ${peer_san} came from ${from} at ${start}`),
      // Who floods a log may want to hide a line of it.
      ...cut.map((what) => `the log is not whole: ${what}`),
    ],
    fine: `${accepted.length} ends accepted, ${refused.length} sources of refusals are below; looked at since ${since}`,
  }));
}

/** Field by field, so that whatever is not looked at by name is looked at all the same. */
function releaseRow({ host, declared }: StackEvidence): Row {
  const seen = both(
    within(host, ({ envoy }) => envoy),
    declared,
  );
  return judge(
    "what Envoy runs",
    `${source}, compared with the release in the state`,
    seen,
    ([running, { release }]) => {
      const file = release.document.files.find(({ path }) => path === releaseFiles.bootstrap);
      const found = differencesFrom(file === undefined ? {} : parseJson(file.content), running);
      return {
        wrong: found.slice(0, 8).map(({ where, message }) => `${where} ${message}`),
        fine: `equal to ${releaseFiles.bootstrap} of release ${release.id.slice(0, 12)}, field by field`,
      };
    },
  );
}

/** While the receiver is suspended, nothing leaves the host. */
function nowhereRow(running: EvidencePart<Told>): Row {
  return judge("where Envoy leads", source, running, ({ view }) => ({
    wrong: view.clusters
      .filter(({ tls }) => tls !== undefined)
      .map(({ name }) => `the cluster ${name} leaves this host by TLS, though the receiver is suspended`),
    fine: "nowhere outside of this host",
  }));
}

/** Doors that lead somewhere: as many as there are senders that are let in. */
function chainsRow(peers: readonly PeerEvidence[], running: EvidencePart<Told>): Row {
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

function senderRow({ name, contract }: PeerEvidence, running: EvidencePart<Told>): Row {
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

function receiverRow({ name, contract }: PeerEvidence, running: EvidencePart<Told>): Row {
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
