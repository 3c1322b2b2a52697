import { isIPv4 } from "node:net";
import type { Configuration } from "@metrics-link/config";
import { bucketName, hostNames } from "@metrics-link/host";
import { PrivateNetwork, Ways } from "@metrics-link/network";
import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { ownStack } from "./own-outputs.ts";

/** The network of a stack's single host, which can access only that host's bucket and secret in AWS. */
export function privateNetwork(
  name: string,
  { account, network, prometheus }: Configuration,
  options: pulumi.ComponentResourceOptions,
): PrivateNetwork {
  const reach = {
    account,
    buckets: [bucketName(name, account)],
    secrets: [hostNames(name, account.region).secret],
  };
  // Scrape targets are addresses and peers are addresses (docs/decisions/0622 and 0601): Alertmanagers alone have names.
  const names = prometheus.alertmanagers.map(({ url }) => new URL(url).hostname).filter((host) => !isIPv4(host));
  return new PrivateNetwork(
    name,
    { ...network, reach, names: [...new Set(names)], tags: { stack: ownStack() } },
    options,
  );
}

/** The declared ways of a stack's host to what it scrapes, and of those who scrape it; nothing without any. */
export function hostWays(
  name: string,
  { network: { targets, scrapedBy, connections } }: Configuration,
  network: PrivateNetwork,
  hostSecurityGroup: aws.ec2.SecurityGroup,
  options: pulumi.ComponentResourceOptions,
): void {
  if (targets.length + scrapedBy.length === 0) return;
  new Ways(name, { network, hostSecurityGroup, targets, scrapedBy, connections }, options);
}
