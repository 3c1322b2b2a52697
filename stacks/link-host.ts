import { type Configuration, scrapersOf, snapshotRoleOf } from "@metrics-link/config";
import { fingerprintsOf, LinkError, printable } from "@metrics-link/contract";
import {
  defaultLimits,
  type Rendering as EnvoyRendering,
  releaseFiles as envoyFileNames,
  envoyFiles,
  envoyFlags,
  listenerOf,
} from "@metrics-link/envoy";
import { Host, type ReleaseStore, type StandardServicesArgs, standardServices } from "@metrics-link/host";
import { type PrivateNetwork, planSubnets, resolverOf } from "@metrics-link/network";
import type { IssuedPki } from "@metrics-link/pki";
import {
  jobsOf,
  latenessOf,
  type Rendering as PrometheusRendering,
  probeSecondsOf,
  releaseFiles as prometheusFileNames,
  queueOf,
  quietSecondsOf,
} from "@metrics-link/prometheus";
import { hostUsers } from "@metrics-link/release";
import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { doubtsAbout } from "./doubts.ts";
import { exporterArgs, exporterSecret } from "./exposed-exporter.ts";
import { furtherChains, furtherChecks, furtherKeys } from "./further-leaves.ts";
import { type ReadService, serviceMaterial } from "./metrics-services.ts";
import type { checkedPrometheusFiles } from "./prometheus-files.ts";
import { userSecretFiles } from "./user-secrets.ts";

export interface LinkHostArgs {
  readonly configuration: Configuration;
  readonly network: PrivateNetwork;
  readonly securityGroup: aws.ec2.SecurityGroup;
  readonly store: ReleaseStore;
  /** The release of the last update; undefined before the first. */
  readonly releaseInForce: string | undefined;
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
  readonly prometheus: {
    readonly rendering: PrometheusRendering;
    /** What promtool has accepted, before any resource was registered. */
    readonly checked: ReturnType<typeof checkedPrometheusFiles>;
    readonly flags: readonly string[];
  };
  readonly services: readonly ReadService[];
  /** The backfill program, which runs on senders. */
  readonly repairer?: string;
  /** What judges the writes of senders, on receivers. */
  readonly gate?: StandardServicesArgs["gate"];
}

const ownRoot = "tls/own-root.pem";

/**
 * What Envoy notices by itself: PEM files by SDS, and at a receiver the listener file by LDS. SDS files that come and go with senders
 * are read when their chain comes and goes. Envoy reads one that *changes* at start only, so their content never changes.
 */
const watchedPaths = { sends: ["tls/"], receives: ["tls/", "envoy/lds/", "envoy/sds/"] } as const;

/**
 * With more senders a release is compressed: it would be megabytes of a state otherwise. No release before this one had as many, so
 * each host that gets a compressed one has run an agent that reads it.
 */
const mostPlainSenders = 100;

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
      watchedPaths: watchedPaths[args.link.side],
      heapBytes: defaultLimits.heapBytes,
      network: args.link.side === "sends" ? args.link : { ...args.link, ...balancerNetwork(configuration) },
      interrupted: args.interrupted,
      services: args.services.map((service) => servedBy(service, configuration)),
      certificate: { chain: envoyFileNames.certificateChain, key: envoyFileNames.privateKey, ownRoot },
      ...(linked
        ? {
            trustBundles: Object.entries(rootBundles).map(([peer, bundle]) => ({
              file: envoyFileNames.root(peer),
              fingerprints: fingerprintsOf(bundle),
            })),
            link: args.link.side,
            quietSeconds: quietSecondsOf(args.prometheus.rendering.configuration),
          }
        : {}),
    },
    prometheus: {
      configuration: prometheusFileNames.configuration,
      flags: args.prometheus.flags,
      addresses: prometheusAddresses(configuration),
      queue: queueOf(args.prometheus.rendering.configuration),
    },
    gate: args.gate,
    exporter: exporterArgs(configuration),
    repair:
      args.repairer === undefined
        ? undefined
        : {
            program: args.repairer,
            ...latenessOf(args.prometheus.rendering.configuration, jobsOf(args.prometheus.rendering)),
          },
  });
  const prometheus = args.prometheus.checked;
  const doubts = doubtsAbout(configuration, args.prometheus.rendering);
  for (const warning of [...doubts, ...prometheus.warnings]) void pulumi.log.warn(printable(warning));
  const files = pulumi
    .all([pki.leaf.chainPem, pki.rootBundle, furtherChains(pki)])
    .apply(([certificateChain, root, chains]) => [
      ...prometheus.files,
      ...envoyFiles(args.envoy, { certificateChain, rootBundles, services: serviceMaterial(args.services) }),
      { path: ownRoot, content: root, mode: "0644", owner: "root", group: "root" },
      ...chains,
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
      dataVolume: {
        sizeGiB: host.dataVolumeGiB,
        adopted: host.dataVolumeId,
        snapshotId: host.dataVolumeSnapshotId,
      },
      snapshots: host.snapshots.keep === 0 ? undefined : { ...host.snapshots, roleArn: snapshotRoleOf(account) },
      store: args.store,
      packsRelease: Object.keys(rootBundles).length > mostPlainSenders,
      releaseInForce: args.releaseInForce,
      forceRelease: host.forceRelease,
      deadlines: { probeSeconds: probeSecondsOf(args.prometheus.rendering.configuration) },
      services,
      checks: furtherChecks(pki, ownRoot),
      files,
      secretFiles: [
        {
          path: envoyFileNames.privateKey,
          mode: "0400",
          owner: hostUsers.envoy,
          group: hostUsers.envoy,
          value: pki.leaf.privateKeyPem,
        },
        ...furtherKeys(pki),
        ...serviceSecretFiles(args.services),
        ...exporterSecret(configuration, pki),
        ...userSecretFiles(configuration, args.prometheus.rendering),
      ],
    },
    { ...options, dependsOn: [...network.beforeHosts] },
  );
}

/** What the host must know of a service for others. They come from where the configuration lets them in to its port. */
function servedBy({ rendered, tls }: ReadService, { network }: Configuration) {
  const { host, port } = rendered;
  const files = envoyFileNames.service(listenerOf(rendered));
  return {
    port,
    addresses: host === "127.0.0.1" ? [] : scrapersOf(network, port),
    tls: tls && {
      chain: files.certificateChain,
      key: files.privateKey,
      roots: files.roots,
      fingerprints: tls.fingerprints,
    },
  };
}

/** The keys of metrics services reach the host as the leaf's key does, and Envoy alone can read them. */
const serviceSecretFiles = (services: readonly ReadService[]) =>
  services.flatMap(({ rendered, tls }) =>
    tls?.privateKey === undefined
      ? []
      : [
          {
            path: envoyFileNames.service(listenerOf(rendered)).privateKey,
            mode: "0400",
            owner: hostUsers.envoy,
            group: hostUsers.envoy,
            value: pulumi.secret(tls.privateKey),
          },
        ],
  );

/** Source ranges of the load balancer's health checks: its nodes have private addresses in the public subnets. */
function balancerNetwork({ network: { cidr, zones } }: Configuration) {
  return { balancerSubnets: planSubnets(cidr, zones).map((subnets) => subnets.public), vpcCidr: cidr };
}

/**
 * The declared targets' ranges and, if there are Alertmanagers, their endpoints and the DNS resolver for their names. With the
 * ranges instead of each job's addresses, a target that comes or goes is a reload of Prometheus and no restart.
 */
function prometheusAddresses({ network: { cidr, zones, targets }, prometheus }: Configuration) {
  const endpoints = [resolverOf(cidr), ...planSubnets(cidr, zones).map((subnets) => subnets.private)];
  const ranges = [...new Set(targets.map((target) => target.cidr))].sort();
  return [...ranges, ...(prometheus.alertmanagers.length === 0 ? [] : endpoints)];
}
