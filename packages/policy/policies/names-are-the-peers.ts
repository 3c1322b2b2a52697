import type { PeerOutput } from "@metrics-link/contract";
import {
  downstreamContexts,
  type FilterChain,
  leadsSomewhere,
  remoteAddresses,
  type TlsContext,
  upstreamContexts,
} from "../model/envoy.ts";
import { type Context, each, type StackRule } from "../model/policy.ts";
import { type PublishedRelease, readRelease } from "../model/release.ts";
import { differences, ofType, peersOf } from "../model/stack.ts";
import { onlyName } from "../model/tls.ts";

export const namesAreThePeers: StackRule = {
  kind: "stack",
  name: "names-are-the-peers",
  fence: "client identity",
  rule: "Each peer in force has its chain or cluster; the name and the addresses there are those of its contract, and pinned.",
  reason: "A fence for the wrong name or address keeps the peer out and lets somebody else in.",
  remedy: "Let Envoy's configuration follow from the peer's contract, and update the peer's stack first.",
  source: "docs/architecture.md, fences 1 to 3; docs/decisions/0001 and 0302",
  *check(resources, context) {
    const peers = peersOf(resources);
    yield* each(ofType(resources, "bucketObject"), function* (object) {
      const release = readRelease(object);
      if (release === undefined) return;
      if (context.configuration.role === "receiver") yield* ofSenders(release, peers, context);
      else yield* ofReceiver(release, peers, context);
    });
  },
};

function* ofSenders(
  release: PublishedRelease,
  peers: readonly PeerOutput[],
  { configuration }: Context,
): Generator<string> {
  const senders = configuration.role === "receiver" ? configuration.senders : [];
  for (const envoy of release.envoys) {
    const chains = downstreamContexts(envoy ?? {});
    for (const { name, stack } of senders) {
      if (!peers.some((peer) => peer.stack === stack)) continue;
      if (!chains.some(({ chain }) => chain.name === name)) yield `sender ${name} is a peer and has no filter chain`;
    }
    for (const { chain, where, context } of chains) {
      const sender = senders.find(({ name }) => name === chain.name) ?? (senders.length === 1 ? senders[0] : undefined);
      const peer = peers.find(({ stack }) => stack === sender?.stack);
      if (peer === undefined) yield `${where}: it is no peer's`;
      else {
        const sources = leadsSomewhere(chain) ? sourcesOf(chain) : undefined;
        yield* isFor(peer, where, context, sources);
        yield* arePinned(where, sources ?? [], sender?.addresses);
      }
    }
  }
}

function* ofReceiver(
  release: PublishedRelease,
  [peer]: readonly PeerOutput[],
  { configuration }: Context,
): Generator<string> {
  const pinned = configuration.role === "sender" ? configuration.peer.addresses : [];
  for (const envoy of release.envoys) {
    for (const { cluster, where, context } of upstreamContexts(envoy ?? {})) {
      if (peer === undefined) yield `${where}: there is no peer yet`;
      else {
        yield* isFor(peer, where, context, remoteAddresses(cluster));
        yield* arePinned(where, remoteAddresses(cluster), pinned);
      }
    }
  }
}

const sourcesOf = ({ filter_chain_match }: FilterChain): string[] =>
  (filter_chain_match?.source_prefix_ranges ?? []).flatMap(({ address_prefix }) => address_prefix ?? []);

/** Envoy's addresses of a peer against what a person agreed to of that peer, and not of another. */
function* arePinned(where: string, found: readonly string[], pinned: readonly string[] = []): Generator<string> {
  const strangers = found.filter((one) => !pinned.includes(one));
  if (strangers.length === 0) return;
  yield `${where}: ${strangers.join(", ")} not pinned for this peer (pinned: ${pinned.join(", ") || "none"})`;
}

function* isFor(
  { dnsName, addresses }: PeerOutput,
  where: string,
  context: TlsContext,
  found: readonly string[] | undefined,
): Generator<string> {
  const name = onlyName(context);
  if (name !== dnsName) yield `${where}: the name is ${name ?? "no single one"} instead of ${dnsName}`;
  if (found !== undefined) yield* differences(`${where}: addresses`, found, addresses);
}
