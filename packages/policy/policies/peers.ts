import type { Configuration } from "@metrics-link/config";
import { publicChains } from "@metrics-link/envoy/read/index.ts";
import { each, type Policy, stackRule } from "../model/policy.ts";
import { type PublishedRelease, readRelease } from "../model/release.ts";
import { ofType, peersOf, type Seen, stacksIn } from "../model/resources.ts";

interface SuspendedPeer {
  /** Its name in the release. */
  readonly name: string;
  readonly stack: string;
  readonly addresses: readonly string[];
}

/** Peers that the configuration suspends. */
export const peers: readonly Policy[] = [
  stackRule(
    {
      name: "suspended-peers-are-out",
      fence: "client identity",
      rule: "A suspended peer has no security group rule, no filter chain or cluster, and no root on the host.",
      reason: "Somebody else may hold the peer's key or account, and would use any way that is left open.",
      remedy: "Derive rules, chains, clusters and roots from the peers in force, or lift the suspension.",
      source: "docs/decisions/0603",
    },
    function* (resources, { configuration }) {
      for (const peer of suspendedIn(configuration)) {
        yield* inOutputs(resources, peer);
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
  ),
];

function suspendedIn(configuration: Configuration): SuspendedPeer[] {
  const declared =
    configuration.role === "receiver" ? configuration.senders : [{ name: "receiver", ...configuration.peer }];
  return declared.flatMap(({ name, stack, addresses = [], suspended }) =>
    suspended === undefined ? [] : [{ name, stack, addresses }],
  );
}

function* inOutputs(resources: readonly Seen[], { name, stack }: SuspendedPeer) {
  if (peersOf(resources).some((peer) => peer.stack === stack)) {
    yield `${name} is suspended, and the output peers has it`;
  }
  yield* each(stacksIn(resources), function* ({ props: { contract, contractLabels } }) {
    if (contractLabels?.admits?.some((one) => one.stack === stack)) {
      yield `${name} is suspended, and this side says that it takes its labels`;
    }
    if (contract?.trusts?.some((one) => one.stack === stack)) {
      yield `${name} is suspended, and this side's contract says that it is trusted`;
    }
  });
}

function* inRelease({ release, envoys }: PublishedRelease, { name, addresses }: SuspendedPeer) {
  for (const { path } of release.files) {
    if (path === `tls/roots/${name}.pem`) yield `${name} is suspended, and the release has its roots in ${path}`;
  }
  for (const envoy of envoys) {
    if (envoy === undefined) continue;
    for (const chain of publicChains(envoy.view)) {
      const own = (chain.sources ?? []).some(({ address = "" }) => addresses.includes(address));
      if (chain.name === name || own) {
        yield `${name} is suspended, and the filter chain ${chain.name} is for it (${chain.place.path})`;
      }
    }
    for (const cluster of envoy.view.clusters) {
      const own = cluster.endpoints.some(({ host = "" }) => addresses.includes(host));
      if (cluster.name === name || own) {
        yield `${name} is suspended, and the cluster ${cluster.name} leads to it (${cluster.place.path})`;
      }
    }
  }
}
