import type { Configuration } from "@metrics-link/config";
import { z } from "zod";
import { needsOf } from "./needs.ts";

const price = z.number().positive();
/** Prices of a region, on demand. */
const region = z.strictObject({
  /** An hour of a Linux instance, by type. */
  instanceHour: z.record(z.string(), price),
  gp3GiBMonth: price,
  /** Of the blocks in snapshots, each stored once. */
  snapshotGiBMonth: price,
  /** An hour of an interface endpoint in one zone. */
  interfaceEndpointHour: price,
  publicAddressHour: price,
  natGatewayHour: price,
  natGatewayGiB: price,
  balancerHour: price,
  /** An hour of one capacity unit of a Network Load Balancer. */
  balancerUnitHour: price,
  keyMonth: price,
  secretMonth: price,
  internetOutGiB: price,
  /** A million queries that a DNS firewall looks at. */
  dnsFirewallMillion: price,
  /** A month of one name in a list of a DNS firewall. */
  dnsFirewallName: price,
});

/** The price table: packages/preflight/prices.json. */
export const priceTable = z.strictObject({
  asOf: z.iso.date(),
  source: z.string().min(1),
  currency: z.literal("USD"),
  /** AWS' own calculator counts 730 hours to a month. */
  hoursPerMonth: z.literal(730),
  regions: z.record(z.string(), region),
});

export type PriceTable = z.output<typeof priceTable>;

/** One thing that AWS bills each month, used or not. */
interface CostItem {
  readonly what: string;
  readonly amount: string;
  /** USD a month; undefined: the table does not have it. */
  readonly monthly: number | undefined;
}

export interface Cost {
  readonly items: readonly CostItem[];
  /** USD a month of all items whose price is known. */
  readonly sum: number;
  /** Prices of what is billed by use. */
  readonly byUse: readonly string[];
  /** Items that the table does not have. */
  readonly unknown: readonly string[];
}

/** What a stack costs each month. A price that the table does not have is not guessed: undefined for a region without prices. */
export function costOf(configuration: Configuration, { regions, hoursPerMonth }: PriceTable): Cost | undefined {
  const { role, account, host, network } = configuration;
  const prices = regions[account.region];
  if (prices === undefined) return undefined;
  const { addresses, natGateways, balancers, endpointZones, volumeGiB, keys, secrets } = needsOf(configuration);
  const instance = prices.instanceHour[host.instanceType];
  const hourly = (number: number, each: number | undefined) =>
    each === undefined ? undefined : number * each * hoursPerMonth;
  const all: (CostItem & { readonly number: number })[] = [
    { what: `EC2 instance, ${host.instanceType}`, number: 1, amount: "1", monthly: hourly(1, instance) },
    {
      what: "EBS, gp3, root and data",
      number: volumeGiB,
      amount: `${volumeGiB} GiB`,
      monthly: volumeGiB * prices.gp3GiBMonth,
    },
    {
      what: "Interface endpoints, each in each of its zones",
      number: endpointZones,
      amount: `${endpointZones}`,
      monthly: hourly(endpointZones, prices.interfaceEndpointHour),
    },
    {
      what: "Public IPv4 addresses",
      number: addresses,
      amount: `${addresses}`,
      monthly: hourly(addresses, prices.publicAddressHour),
    },
    {
      what: "NAT gateway",
      number: natGateways,
      amount: `${natGateways}`,
      monthly: hourly(natGateways, prices.natGatewayHour),
    },
    {
      what: "Network Load Balancer",
      number: balancers,
      amount: `${balancers}`,
      monthly: hourly(balancers, prices.balancerHour),
    },
    { what: "KMS key", number: keys, amount: `${keys}`, monthly: keys * prices.keyMonth },
    { what: "Secrets Manager secret", number: secrets, amount: `${secrets}`, monthly: secrets * prices.secretMonth },
  ];
  const items = all.filter(({ number }) => number > 0).map(({ number: _, ...item }) => item);
  return {
    items,
    sum: items.reduce((total, { monthly = 0 }) => total + monthly, 0),
    unknown: items.filter(({ monthly }) => monthly === undefined).map(({ what }) => what),
    byUse: [
      ...(host.snapshots.keep === 0
        ? []
        : [
            `${prices.snapshotGiBMonth} USD a month for each GiB in snapshots: what is written, and what changed since`,
          ]),
      ...(role === "sender"
        ? [
            `${prices.natGatewayGiB} USD for each GiB through the NAT gateway`,
            `${prices.internetOutGiB} USD for each GiB out to the internet, beyond the account's first 100`,
          ]
        : [`${prices.balancerUnitHour} USD an hour for each unit of the load balancer's capacity`]),
      ...(network.dnsFirewall
        ? [
            `${prices.dnsFirewallMillion} USD for each million DNS queries, and ${prices.dnsFirewallName} USD for each name in the firewall's lists`,
          ]
        : []),
    ],
  };
}
