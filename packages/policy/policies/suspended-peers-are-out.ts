import type { Configuration } from "@metrics-link/config";
import type { ReceiverContract, SenderContract } from "@metrics-link/contract";
import { publicChains } from "@metrics-link/envoy/read/index.ts";
import { each, type Seen, type StackRule } from "../model/policy.ts";
import { type PublishedRelease, readRelease } from "../model/release.ts";
import { ofType, peersOf } from "../model/stack.ts";

interface Suspended {
  /** What the release calls it. */
  readonly name: string;
  readonly stack: string;
  readonly addresses: readonly string[];
}

export const suspendedPeersAreOut: StackRule = {
  kind: "stack",
  name: "suspended-peers-are-out",
  fence: "client identity",
  rule: "A peer that the configuration suspends has no rule, no filter chain or cluster, and no root on the host.",
  reason: "Somebody has said that this peer's key or account is in other hands; any way left open is theirs.",
  remedy: "Let rules, chains, clusters and roots follow from the peers that are in force, or lift the suspension.",
  source: "docs/decisions/0603",
  *check(resources, { configuration }) {
    for (const peer of suspendedIn(configuration)) {
      yield* statements(resources, peer);
      yield* each([...ofType(resources, "ingressRule"), ...ofType(resources, "egressRule")], function* ({ props }) {
        if (peer.addresses.some((address) => props.cidrIpv4 === `${address}/32`)) {
          yield `${peer.name} is suspended, and there is a rule for its address ${props.cidrIpv4}`;
        }
      });
      yield* each(ofType(resources, "bucketObject"), function* (object) {
        const release = readRelease(object);
        if (release !== undefined) yield* inRelease(release, peer);
      });
    }
  },
};

function suspendedIn(configuration: Configuration): Suspended[] {
  const peers =
    configuration.role === "receiver" ? configuration.senders : [{ name: "receiver", ...configuration.peer }];
  return peers.flatMap(({ name, stack, addresses = [], suspended }) =>
    suspended === undefined ? [] : [{ name, stack, addresses }],
  );
}

/** What the stack says of itself. */
function* statements(resources: readonly Seen[], { name, stack }: Suspended) {
  if (peersOf(resources).some((peer) => peer.stack === stack)) {
    yield `${name} is suspended, and the output peers has it`;
  }
  yield* each(ofType(resources, "stack"), function* ({ props }) {
    const contract = props.contract as Partial<SenderContract | ReceiverContract> | undefined;
    if (contract?.trusts?.some((one) => one.stack === stack)) {
      yield `${name} is suspended, and this side's contract says that it is trusted`;
    }
  });
}

function* inRelease({ release, envoys }: PublishedRelease, { name, addresses }: Suspended) {
  for (const { path } of release.files) {
    if (path === `tls/roots/${name}.pem`) yield `${name} is suspended, and the release has its roots in ${path}`;
  }
  for (const envoy of envoys) {
    if (envoy === undefined) continue;
    for (const chain of publicChains(envoy.view)) {
      const own = (chain.sources ?? []).some(({ address = "" }) => addresses.includes(address));
      if (chain.name === name || own)
        yield `${name} is suspended, and the filter chain ${chain.name} is for it (${chain.place.path})`;
    }
    for (const cluster of envoy.view.clusters) {
      const own = cluster.endpoints.some(({ host = "" }) => addresses.includes(host));
      if (cluster.name === name || own)
        yield `${name} is suspended, and the cluster ${cluster.name} leads to it (${cluster.place.path})`;
    }
  }
}
