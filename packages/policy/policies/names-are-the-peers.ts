import { downstreamContexts, leadsSomewhere, remoteAddresses, upstreamContexts } from "../model/envoy.ts";
import { type Context, each, type StackRule } from "../model/policy.ts";
import { type PublishedRelease, readRelease } from "../model/release.ts";
import { contractsOf, differences, ofType, type PeerContract } from "../model/stack.ts";
import { onlyName } from "../model/tls.ts";

export const namesAreThePeers: StackRule = {
  kind: "stack",
  name: "names-are-the-peers",
  fence: "client identity",
  rule: "The name and the addresses that Envoy expects of a peer are those of that peer's contract.",
  reason: "A fence for the wrong name or address keeps the peer out and lets somebody else in.",
  remedy: "Let Envoy's configuration follow from the peer's contract, and update the peer's stack first.",
  source: "docs/architecture.md, fences 1 to 3; docs/decisions/0001 and 0302",
  *check(resources, context) {
    const contracts = contractsOf(resources);
    yield* each(ofType(resources, "bucketObject"), function* (object) {
      const release = readRelease(object);
      if (release === undefined) return;
      if (context.configuration.role === "receiver") yield* ofSenders(release, contracts, context);
      else yield* ofReceiver(release, contracts);
    });
  },
};

type Contracts = readonly { readonly stack: string; readonly contract: PeerContract }[];

function* ofSenders(release: PublishedRelease, contracts: Contracts, { configuration }: Context): Generator<string> {
  const senders = configuration.role === "receiver" ? configuration.senders : [];
  for (const envoy of release.envoys) {
    for (const { chain, where, context } of downstreamContexts(envoy ?? {})) {
      const sender = senders.find(({ name }) => name === chain.name) ?? (senders.length === 1 ? senders[0] : undefined);
      const contract = contracts.find(({ stack }) => stack === sender?.stack)?.contract;
      if (contract === undefined) {
        yield `${where}: no contract of a sender belongs to it`;
        continue;
      }
      if (onlyName(context) !== contract.dnsName) {
        yield `${where}: the name is ${onlyName(context) ?? "none"} instead of ${contract.dnsName}`;
      }
      if (!leadsSomewhere(chain)) continue;
      const ranges = chain.filter_chain_match?.source_prefix_ranges ?? [];
      const addresses = ranges.flatMap(({ address_prefix }) => address_prefix ?? []);
      yield* differences(`${where}: addresses`, addresses, contract.egressAddresses ?? []);
    }
  }
}

function* ofReceiver(release: PublishedRelease, contracts: Contracts): Generator<string> {
  for (const envoy of release.envoys) {
    for (const { cluster, where, context } of upstreamContexts(envoy ?? {})) {
      const [peer] = contracts;
      const expected = peer?.contract.dnsName;
      if (onlyName(context) !== expected) {
        yield `${where}: the name is ${onlyName(context) ?? "none"} instead of ${expected ?? "any: the receiver has not spoken"}`;
      }
      yield* differences(`${where}: addresses`, remoteAddresses(cluster), peer?.contract.endpointAddresses ?? []);
    }
  }
}
