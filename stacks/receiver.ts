import {
  contractVersion,
  identityName,
  type PeerOutput,
  ports,
  type ReceiverConfiguration,
  type ReceiverContract,
} from "@metrics-link/contract";
import { renderReceiver as renderEnvoy } from "@metrics-link/envoy";
import type { AgentBundle } from "@metrics-link/host";
import { FencedIngress } from "@metrics-link/network";
import { receiverFlags, renderReceiver as renderPrometheus } from "@metrics-link/prometheus";
import * as pulumi from "@pulumi/pulumi";
import { accountProvider, inAccount } from "./account.ts";
import { accountPki, planPki, requirePeersFollow, waitingPki } from "./account-pki.ts";
import { linkHost } from "./link-host.ts";
import { peerOf, trustIn } from "./peer.ts";
import { privateNetwork } from "./private-network.ts";
import { releaseStore } from "./release-store.ts";
import { userPrometheus } from "./user-prometheus.ts";

/** The account whose Prometheus is written to, by the senders of its configuration and by nobody else. */
export async function receiver(configuration: ReceiverConfiguration, bundling: Promise<AgentBundle>) {
  const { account, pki: profile, prometheus } = configuration;
  const [plan, agent] = await Promise.all([planPki(configuration), bundling]);
  if (plan.waits) return waitingPki("receiver", configuration, plan, "server");
  const senders = await Promise.all(configuration.senders.map(knownSender));
  requirePeersFollow(profile, plan, senders);

  const pki = accountPki("receiver", configuration, plan, "server");
  const provider = accountProvider(configuration);
  const options = inAccount(provider);
  const network = privateNetwork("receiver", configuration, options);
  const securityGroup = network.hostSecurityGroup("receiver", network);
  const ingress = new FencedIngress("receiver", { network, hostSecurityGroup: securityGroup, senders }, options);

  const host = linkHost(
    "receiver",
    {
      configuration,
      network,
      securityGroup,
      store: releaseStore("receiver", configuration, agent, options),
      pki,
      envoy: renderEnvoy({ nodeId: "receiver", senders }),
      link: { side: "receives" },
      rootBundles: Object.fromEntries(senders.map(({ name, rootBundle }) => [name, rootBundle])),
      prometheus: {
        rendering: renderPrometheus({
          scrapeInterval: prometheus.scrapeInterval,
          externalLabels: prometheus.externalLabels,
          ...userPrometheus(prometheus),
          leafDays: profile.lifetimes.leafDays,
          senders: senders.map(({ name }) => name),
          outOfOrderTimeWindow: prometheus.outOfOrderTimeWindow,
        }),
        flags: receiverFlags(configuration.host),
      },
    },
    options,
  );
  ingress.attach("receiver", host.instanceId);

  const contract = pulumi.all([pki.rootBundle, pulumi.all(ingress.addresses), host.word]).apply(
    ([rootBundle, endpointAddresses]): ReceiverContract => ({
      version: contractVersion,
      role: "receiver",
      accountId: account.id,
      rootBundle,
      dnsName: identityName(profile.dnsName, profile.generations.identity),
      trusts: senders.map(({ stack, contract: sender }) => trustIn(stack, sender)),
      endpointAddresses,
      endpointPort: ports.https,
    }),
  );
  return {
    contract,
    rootFingerprints: pki.rootFingerprints,
    pki: pki.state,
    leafNotAfter: pki.leaf.notAfter,
    instanceId: host.instanceId,
    release: host.releaseId,
    peers: senders.map(({ stack, dnsName, addresses }) => ({ stack, dnsName, addresses })) satisfies PeerOutput[],
  };
}

/** A sender that has spoken and whose root is pinned. @throws Error when it has not spoken yet */
async function knownSender({ name, stack, rootFingerprints }: ReceiverConfiguration["senders"][number]) {
  const contract = await peerOf("sender", stack, rootFingerprints);
  if (contract === undefined) {
    throw new Error(`Sender ${name} has not spoken yet: run \`pulumi up\` of its stack ${stack} first`);
  }
  const { dnsName, egressAddresses, rootBundle } = contract;
  return { name, stack, contract, dnsName, addresses: egressAddresses, rootBundle };
}
