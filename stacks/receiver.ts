import type { ReceiverConfiguration } from "@metrics-link/config";
import {
  contractLabelsOutput,
  contractVersions,
  contractVersionsOutput,
  identityName,
  type PeerOutput,
  type ReceiverContract,
  remembered,
} from "@metrics-link/contract";
import { renderReceiver as renderEnvoy } from "@metrics-link/envoy";
import { type AgentBundle, gateConfiguration, pinsDemanded } from "@metrics-link/host";
import { FencedIngress, planFence } from "@metrics-link/network";
import { receiverFlags, renderReceiver as renderPrometheus } from "@metrics-link/prometheus";
import { ports } from "@metrics-link/release";
import * as pulumi from "@pulumi/pulumi";
import { accountProvider, inAccount, requireFreeAccount, unlessTaken } from "./account.ts";
import { accountPki, namesOf, planPki, requirePeersFollow, waitingPki } from "./account-pki.ts";
import { requireAdoptable } from "./adoption.ts";
import { warnOfForeignLabels } from "./labels.ts";
import { linkHost } from "./link-host.ts";
import { servicesOf } from "./metrics-services.ts";
import { ownExchange, warnIfStale } from "./own-exchange.ts";
import { outputsInForce, ownOutputs } from "./own-outputs.ts";
import { admittedLabels, inForce, interrupted, knownPeer, peerOutput, setAside, trustIn } from "./peer.ts";
import type { ReadPeer } from "./peer-outputs.ts";
import { hostWays, privateNetwork } from "./private-network.ts";
import { checkedPrometheusFiles } from "./prometheus-files.ts";
import { releaseStore } from "./release-store.ts";
import { userPrometheus } from "./user-prometheus.ts";

/** The receiver's account. Only the configured senders can write to its Prometheus. */
export async function receiver(
  configuration: ReceiverConfiguration,
  bundling: Promise<AgentBundle>,
  bundlingGate: Promise<string>,
  read: ReadPeer,
) {
  const { account, pki: profile, prometheus } = configuration;
  const [before, agent, gate] = await Promise.all([ownOutputs(), bundling, bundlingGate]);
  const plan = await unlessTaken(() => planPki(configuration, before.pki), configuration, before);
  if (plan.waits) return waitingPki("receiver", configuration, plan, "server");
  const exchange = await ownExchange(configuration);
  const known = await Promise.all(
    configuration.senders.map((sender) => knownPeer("sender", sender, configuration, before.accepted, read)),
  );
  requirePeersFollow(configuration, plan, before, known);
  warnOfForeignLabels(configuration, known);
  const senders = inForce(known);

  const demanded = gateConfiguration({
    mode: configuration.gate.mode,
    declared: configuration.senders,
    inForce: senders,
  });
  const rendering = renderPrometheus({
    scrapeInterval: prometheus.scrapeInterval,
    externalLabels: prometheus.externalLabels,
    ...userPrometheus(configuration),
    leafDays: profile.lifetimes.leafDays,
    senders: senders.map(({ name }) => name),
    pins: pinsDemanded(demanded),
    setAside: setAside(known),
    outOfOrderTimeWindow: prometheus.outOfOrderTimeWindow,
  });
  // Before any resource is registered: what is refused here has made nothing.
  const checked = checkedPrometheusFiles(rendering);
  const services = servicesOf(configuration);

  const addresses = senders.flatMap((sender) => sender.addresses);
  const fencePlan = planFence(addresses, configuration.network.securityGroupQuotas, before.fencePlan);

  const provider = accountProvider(configuration);
  await requireFreeAccount(configuration, before, provider);
  await requireAdoptable(configuration, before, provider);
  const options = inAccount(provider);
  const store = releaseStore("receiver", configuration, agent, options);
  await store.claimed;
  const pki = accountPki("receiver", configuration, plan, "server");
  const network = privateNetwork("receiver", configuration, options);
  const securityGroup = network.hostSecurityGroup("receiver", network);
  hostWays("receiver", configuration, network, securityGroup, options);
  const ingress = new FencedIngress(
    "receiver",
    {
      network,
      hostSecurityGroup: securityGroup,
      senders,
      plan: fencePlan,
      kept: exchange?.addresses,
      adopted: configuration.network.addressAllocations,
    },
    options,
  );

  const host = linkHost(
    "receiver",
    {
      configuration,
      network,
      securityGroup,
      store,
      releaseInForce: before.release,
      pki,
      envoy: renderEnvoy({
        nodeId: "receiver",
        senders,
        declared: known.length,
        gated: true,
        services: services.map(({ rendered }) => rendered),
      }),
      services,
      gate: { program: gate, configuration: demanded },
      link: { side: "receives" },
      interrupted: interrupted(known, before.accepted),
      rootBundles: Object.fromEntries(senders.map(({ name, rootBundle }) => [name, rootBundle])),
      prometheus: {
        rendering,
        checked,
        flags: receiverFlags({
          ...configuration.host,
          queried: services.some(({ rendered }) => "queries" in rendered),
        }),
      },
    },
    options,
  );
  ingress.attach("receiver", host.instanceId);

  const contract = pulumi.all([pki.rootBundle, pulumi.all(ingress.addresses), host.statusReport]).apply(
    ([rootBundle, endpointAddresses]): ReceiverContract => ({
      version: contractVersions.writes,
      role: "receiver",
      accountId: account.id,
      rootBundle,
      dnsName: identityName(profile.dnsName, profile.generations.identity),
      trusts: senders.map(trustIn),
      endpointAddresses,
      endpointPort: ports.https,
    }),
  );
  const labels = host.statusReport.apply(() => ({ admits: senders.flatMap(admittedLabels) }));
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
    peers: senders.map(peerOutput) satisfies PeerOutput[],
    accepted: senders.map(remembered),
    fencePlan,
    setAside: setAside(known),
  };
  const whole = pulumi.all([host.isWhole, ...namesOf(pki)]).apply((parts) => parts.every(Boolean));
  return outputsInForce(outputs, before, whole);
}
