/** What has a receiver's addresses: the stack with the host, until KEPT gives it those of an exchange; or the exchange. */
import { elasticIp, FencedIngress, PrivateNetwork } from "@metrics-link/network";
import { accountProvider, inAccount } from "@metrics-link/stacks/account.ts";
import { addressNames } from "@metrics-link/stacks/exchange.ts";
import * as pulumi from "@pulumi/pulumi";

const account = {
  id: "111111111111",
  region: "eu-west-1",
  assumeRole: "arn:aws:iam::111111111111:role/metrics-link-deploy",
};
const { KEPT = "" } = process.env;

function host() {
  const provider = accountProvider({ account, role: "receiver" });
  const network = new PrivateNetwork(
    "receiver",
    {
      cidr: "10.20.0.0/16",
      zones: ["eu-west-1a", "eu-west-1b"],
      reach: { account, buckets: [], secrets: [] },
      endpointServices: [],
      dnsFirewall: false,
    },
    inAccount(provider),
  );
  const hostSecurityGroup = network.hostSecurityGroup("receiver", network);
  const kept = KEPT === "" ? undefined : JSON.parse(KEPT);
  const { addresses } = new FencedIngress(
    "receiver",
    { network, hostSecurityGroup, senders: [], plan: {}, kept },
    inAccount(provider),
  );
  return { addresses };
}

function exchange() {
  const provider = accountProvider({ account, role: "exchange" });
  const addresses = addressNames({ role: "receiver", addresses: 2 }).map((name) =>
    elasticIp(name, { provider }, undefined),
  );
  return { addresses: addresses.map(({ allocationId, publicIp }) => ({ allocationId, address: publicIp })) };
}

/** @public Pulumi loads it */
export default async () => (pulumi.getStack() === "exchange" ? exchange() : host());
