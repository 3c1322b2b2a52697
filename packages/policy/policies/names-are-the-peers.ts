import type { Configuration } from "@metrics-link/config";
import type { PeerOutput } from "@metrics-link/contract";
import { type Peer, rules } from "@metrics-link/envoy/read/index.ts";
import { envoyFindings, saidBy } from "../model/envoy.ts";
import { each, type StackRule } from "../model/policy.ts";
import { readRelease } from "../model/release.ts";
import { ofType, peersOf } from "../model/stack.ts";

export const namesAreThePeers: StackRule = {
  kind: "stack",
  ...saidBy(rules.namesAreThePeers),
  *check(resources, { configuration }) {
    const peers = peersByContract(configuration, peersOf(resources));
    yield* each(ofType(resources, "bucketObject"), function* (object) {
      const release = readRelease(object);
      for (const envoy of release?.envoys ?? []) {
        if (release !== undefined && envoy !== undefined) {
          yield* envoyFindings(release, envoy, configuration, rules.namesAreThePeers.id, peers);
        }
      }
    });
  },
};

/** A sender's filter chain has the name that the configuration gives it; its contract knows the stack alone. */
function peersByContract(configuration: Configuration, contracts: readonly PeerOutput[]): readonly Peer[] {
  if (configuration.role === "sender") {
    const pinnedAddresses = configuration.peer.addresses ?? [];
    return contracts.map(({ dnsName, addresses }) => ({ name: "receiver", dnsName, addresses, pinnedAddresses }));
  }
  return configuration.senders.flatMap(({ name, stack, addresses: pinnedAddresses = [] }) =>
    contracts
      .filter((contract) => contract.stack === stack)
      .map(({ dnsName, addresses }) => ({ name, dnsName, addresses, pinnedAddresses })),
  );
}
