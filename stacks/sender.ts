import type { SenderConfiguration } from "@metrics-link/config";
import {
  contractLabelsOutput,
  contractVersions,
  contractVersionsOutput,
  identityName,
  type PeerOutput,
  remembered,
  type SenderContract,
} from "@metrics-link/contract";
import { renderSender as renderEnvoy } from "@metrics-link/envoy";
import type { AgentBundle } from "@metrics-link/host";
import { PinnedEgress } from "@metrics-link/network";
import { renderSender as renderPrometheus, senderFlags } from "@metrics-link/prometheus";
import * as pulumi from "@pulumi/pulumi";
import { accountProvider, inAccount, requireFreeAccount, unlessTaken } from "./account.ts";
import { accountPki, namesOf, planPki, requirePeersFollow, waitingPki } from "./account-pki.ts";
import { requireAdoptable } from "./adoption.ts";
import { requireLabelsFollow } from "./labels.ts";
import { linkHost } from "./link-host.ts";
import { servicesOf } from "./metrics-services.ts";
import { ownExchange, warnIfStale } from "./own-exchange.ts";
import { outputsInForce, ownOutputs } from "./own-outputs.ts";
import { inForce, interrupted, knownPeer, peerOutput, setAside, trustIn } from "./peer.ts";
import type { ReadPeer } from "./peer-outputs.ts";
import { hostWays, privateNetwork } from "./private-network.ts";
import { checkedPrometheusFiles } from "./prometheus-files.ts";
import { releaseStore } from "./release-store.ts";
import { userPrometheus } from "./user-prometheus.ts";

const neverLinked = "waits for the receiver";

/** The sender's account. Until the receiver has a `contract` output, its host scrapes and stores, but sends nothing. */
export async function sender(
  configuration: SenderConfiguration,
  bundling: Promise<AgentBundle>,
  bundlingRepairer: Promise<string>,
  read: ReadPeer,
) {
  const { account, pki: profile, prometheus, peer } = configuration;
  const [before, agent, repairer] = await Promise.all([ownOutputs(), bundling, bundlingRepairer]);
  const plan = await unlessTaken(() => planPki(configuration, before.pki), configuration, before);
  if (plan.waits) return waitingPki("sender", configuration, plan, "client");
  const exchange = await ownExchange(configuration);
  const known = await knownPeer("receiver", { name: "receiver", ...peer }, configuration, before.accepted, read);
  requirePeersFollow(configuration, plan, before, [known]);
  requireLabelsFollow(configuration, before, known);
  const [receiver] = inForce([known]);
  // Keep `remote_write` if the receiver loses its trust: removing it would drop the queue.
  const linked = receiver !== undefined || (before.link !== undefined && before.link !== neverLinked);

  const rendering = renderPrometheus({
    scrapeInterval: prometheus.scrapeInterval,
    externalLabels: prometheus.externalLabels,
    ...userPrometheus(configuration),
    leafDays: profile.lifetimes.leafDays,
    linked,
    setAside: linked ? setAside([known]) : [],
    remoteWrite: prometheus.remoteWrite,
  });
  // Before any resource is registered: what is refused here has made nothing.
  const checked = checkedPrometheusFiles(rendering);
  const services = servicesOf(configuration);

  const provider = accountProvider(configuration);
  await requireFreeAccount(configuration, before, provider);
  await requireAdoptable(configuration, before, provider);
  const options = inAccount(provider);
  const store = releaseStore("sender", configuration, agent, options);
  await store.claimed;
  const pki = accountPki("sender", configuration, plan, "client");
  const network = privateNetwork("sender", configuration, options);
  const securityGroup = network.hostSecurityGroup("sender", network);
  hostWays("sender", configuration, network, securityGroup, options);
  const egress = new PinnedEgress(
    "sender",
    {
      network,
      hostSecurityGroup: securityGroup,
      destinations: receiver?.addresses ?? [],
      kept: exchange?.addresses[0],
      adopted: configuration.network.addressAllocations?.[0],
    },
    options,
  );

  const host = linkHost(
    "sender",
    {
      configuration,
      network,
      securityGroup,
      store,
      releaseInForce: before.release,
      pki,
      envoy: renderEnvoy({
        nodeId: "sender",
        receiver,
        maxShards: prometheus.remoteWrite.maxShards,
        services: services.map(({ rendered }) => rendered),
      }),
      services,
      link: { side: "sends", receiverAddresses: receiver?.addresses ?? [] },
      interrupted: interrupted([known], before.accepted),
      rootBundles: receiver ? { receiver: receiver.rootBundle } : {},
      prometheus: {
        rendering,
        checked,
        flags: senderFlags({ ...configuration.host, queried: services.some(({ rendered }) => "queries" in rendered) }),
      },
      repairer,
    },
    options,
  );

  const contract = pulumi.all([pki.rootBundle, pulumi.all(egress.addresses), host.statusReport]).apply(
    ([rootBundle, egressAddresses]): SenderContract => ({
      version: contractVersions.writes,
      role: "sender",
      accountId: account.id,
      rootBundle,
      dnsName: identityName(profile.dnsName, profile.generations.identity),
      trusts: receiver ? [trustIn(receiver)] : [],
      egressAddresses,
    }),
  );
  const labels = host.statusReport.apply(() => ({ labels: prometheus.externalLabels }));
  warnIfStale(exchange, contract, labels);
  const outputs = {
    contract,
    [contractLabelsOutput]: labels,
    [contractVersionsOutput]: contractVersions,
    rootFingerprints: pki.rootFingerprints,
    pki: pki.state,
    leafNotAfter: pki.leaf.notAfter,
    instanceId: host.instanceId,
    dataVolumeId: host.dataVolumeId,
    release: host.releaseId,
    peers: (receiver ? [peerOutput(receiver)] : []) satisfies PeerOutput[],
    accepted: receiver ? [remembered(receiver)] : [],
    setAside: setAside([known]),
    link: linked ? (receiver === undefined ? "interrupted" : "configured") : neverLinked,
  };
  const whole = pulumi.all([host.isWhole, ...namesOf(pki)]).apply((parts) => parts.every(Boolean));
  return outputsInForce(outputs, before, whole);
}
