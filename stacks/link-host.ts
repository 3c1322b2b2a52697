import type { Configuration } from "@metrics-link/config";
import { fingerprintsOf, LinkError } from "@metrics-link/contract";
import {
  defaultLimits,
  type Rendering as EnvoyRendering,
  releaseFiles as envoyFileNames,
  envoyFiles,
  envoyFlags,
} from "@metrics-link/envoy";
import { Host, type ReleaseStore, standardServices } from "@metrics-link/host";
import { type PrivateNetwork, planSubnets, resolverOf } from "@metrics-link/network";
import type { IssuedPki } from "@metrics-link/pki";
import {
  latenessOf,
  type Rendering as PrometheusRendering,
  releaseFiles as prometheusFileNames,
  queueOf,
  scrapedAddresses,
} from "@metrics-link/prometheus";
import { hostUsers } from "@metrics-link/release";
import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { checkedPrometheusFiles } from "./prometheus-files.ts";

export interface LinkHostArgs {
  readonly configuration: Configuration;
  readonly network: PrivateNetwork;
  readonly securityGroup: aws.ec2.SecurityGroup;
  readonly store: ReleaseStore;
  readonly pki: IssuedPki;
  readonly envoy: EnvoyRendering;
  /** PEM of each peer's roots by peer name; empty while there is no link. */
  readonly rootBundles: Readonly<Record<string, string>>;
  /** Which side of the link this is, and on a sender the receiver's addresses. */
  readonly link:
    | { readonly side: "sends"; readonly receiverAddresses: readonly string[] }
    | { readonly side: "receives" };
  /** Whether a peer's access was taken away. */
  readonly interrupted: boolean;
  readonly prometheus: { readonly rendering: PrometheusRendering; readonly flags: readonly string[] };
  /** The backfill program, which runs on senders. */
  readonly repairer?: string;
}

const ownRoot = "tls/own-root.pem";

/** One side of the link: a host with Envoy and Prometheus, built from renderings and certificates. */
export function linkHost(name: string, args: LinkHostArgs, options: pulumi.ComponentResourceOptions): Host {
  const { configuration, pki, network, rootBundles } = args;
  const { account, host } = configuration;
  const [zone] = network.zones;
  if (zone === undefined) throw new LinkError("INTERNAL", { what: "the network has no zone" });
  const linked = Object.keys(rootBundles).length > 0;

  const services = standardServices({
    envoy: {
      configuration: envoyFileNames.bootstrap,
      flags: envoyFlags,
      staticTwin: envoyFileNames.staticTwin,
      // SDS watches these files; Envoy reads a changed SDS file itself only at start.
      watchedPaths: ["tls/"],
      heapBytes: defaultLimits.heapBytes,
      network: args.link.side === "sends" ? args.link : { ...args.link, ...balancerNetwork(configuration) },
      interrupted: args.interrupted,
      certificate: { chain: envoyFileNames.certificateChain, key: envoyFileNames.privateKey, ownRoot },
      ...(linked
        ? {
            trustBundles: Object.entries(rootBundles).map(([peer, bundle]) => ({
              file: envoyFileNames.root(peer),
              fingerprints: fingerprintsOf(bundle),
            })),
            link: args.link.side,
          }
        : {}),
    },
    prometheus: {
      configuration: prometheusFileNames.configuration,
      flags: args.prometheus.flags,
      addresses: prometheusAddresses(configuration, args.prometheus.rendering),
      queue: queueOf(args.prometheus.rendering.configuration),
    },
    repair:
      args.repairer === undefined
        ? undefined
        : { program: args.repairer, ...latenessOf(args.prometheus.rendering.configuration) },
  });
  const prometheus = checkedPrometheusFiles(args.prometheus.rendering);
  const files = pulumi
    .all([pki.leaf.chainPem, pki.rootBundle])
    .apply(([certificateChain, root]) => [
      ...prometheus,
      ...envoyFiles(args.envoy, { certificateChain, rootBundles }),
      { path: ownRoot, content: root, mode: "0644", owner: "root", group: "root" },
    ]);
  return new Host(
    name,
    {
      hostName: name,
      account,
      network: {
        vpcId: network.vpcId,
        subnetId: zone.privateSubnet.id,
        zone: zone.zone,
        securityGroupIds: [args.securityGroup.id],
      },
      image: {
        id: host.imageId,
        instanceType: host.instanceType,
        bringsManagementAgent: host.imageBringsManagementAgent,
      },
      dataVolume: { sizeGiB: host.dataVolumeGiB },
      store: args.store,
      forceRelease: host.forceRelease,
      services,
      files,
      secretFiles: [
        {
          path: envoyFileNames.privateKey,
          mode: "0400",
          owner: hostUsers.envoy,
          group: hostUsers.envoy,
          value: pki.leaf.privateKeyPem,
        },
        ...alertmanagerSecrets(configuration),
      ],
    },
    { ...options, dependsOn: [...network.endpoints] },
  );
}

/** Source ranges of the load balancer's health checks: its nodes have private addresses in the public subnets. */
function balancerNetwork({ network: { cidr, zones } }: Configuration) {
  return { balancerSubnets: planSubnets(cidr, zones).map((subnets) => subnets.public), vpcCidr: cidr };
}

/** Scrape targets and, if there are Alertmanagers, their endpoints and the DNS resolver for their names. */
function prometheusAddresses({ network: { cidr, zones }, prometheus }: Configuration, rendering: PrometheusRendering) {
  const endpoints = [resolverOf(cidr), ...planSubnets(cidr, zones).map((subnets) => subnets.private)];
  return [
    ...scrapedAddresses(rendering.configuration.scrape_configs),
    ...(prometheus.alertmanagers.length === 0 ? [] : endpoints),
  ];
}

/** The Alertmanager credential reaches the host like the leaf's key: in the host's secret, never in a release. */
function alertmanagerSecrets({ prometheus }: Configuration) {
  return prometheus.alertmanagers.flatMap(({ basicAuth, bearerToken }, index) => {
    const value = basicAuth?.password ?? bearerToken;
    if (value === undefined) return [];
    const path = prometheusFileNames.alertmanagerSecret(index);
    const { prometheus: user } = hostUsers;
    return [{ path, mode: "0400", owner: user, group: user, value: pulumi.secret(value) }];
  });
}
