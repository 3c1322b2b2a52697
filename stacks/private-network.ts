import type { Configuration } from "@metrics-link/config";
import { bucketName, hostNames } from "@metrics-link/host";
import { PrivateNetwork } from "@metrics-link/network";
import type * as pulumi from "@pulumi/pulumi";
import { ownStack } from "./own-outputs.ts";

/** The network of a stack's single host, which can access only that host's bucket and secret in AWS. */
export function privateNetwork(
  name: string,
  { account, network }: Configuration,
  options: pulumi.ComponentResourceOptions,
): PrivateNetwork {
  const reach = {
    account,
    buckets: [bucketName(name, account)],
    secrets: [hostNames(name, account.region).secret],
  };
  return new PrivateNetwork(name, { ...network, reach, tags: { stack: ownStack() } }, options);
}
