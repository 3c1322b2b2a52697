import { isIPv4 } from "node:net";
import type { Configuration } from "@metrics-link/config";
import { bucketName, hostNames } from "@metrics-link/host";
import { PrivateNetwork } from "@metrics-link/network";
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
