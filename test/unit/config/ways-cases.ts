/** Keys of the ways to targets and from scrapers that contradict each other: the cases of rules.test.ts about them. */
import type { Case } from "./peers-cases.ts";
import { serviceFor } from "./services-cases.ts";

const peering = { id: "pcx-0123456789abcdef0", cidr: "10.40.0.0/16", accepted: "agreed with the shop team" };
const gateway = { ...peering, id: "tgw-0123456789abcdef0" };
const shop = { name: "shop", cidr: "10.40.1.0/24", ports: [9100] };
const near = { name: "near", cidr: "10.10.20.0/24", ports: [9100] };
const group = "sg-0123456789abcdef0";
const targets = "network.targets";
const connections = "network.connections";

const service = serviceFor([]);
const scraper = (port: number) => ({ name: "central", cidr: "10.10.30.0/28", ports: [port] });

/** By the name of the rule. */
export const waysCases = {
  connectionsLeadElsewhere: [
    {
      change: { [connections]: [{ ...peering, cidr: "10.10.128.0/17" }] },
      told: { "network.connections[0].cidr": /outside of this network's own, 10.10.0.0\/16/ },
      right: { [connections]: [peering] },
    },
    {
      change: { [connections]: [peering, { ...peering, cidr: "10.40.128.0/24" }] },
      told: { "network.connections[1].cidr": /apart from that of connection 1, 10.40.0.0\/16/ },
      right: { [connections]: [peering, { ...peering, cidr: "10.41.128.0/24" }] },
    },
  ],
  oneConnectionWithoutAHub: [
    {
      change: { [connections]: [peering, { ...gateway, cidr: "10.41.0.0/16" }] },
      told: { "network.hub": /why one network may reach 2 others/ },
      right: { [connections]: [peering, { ...gateway, cidr: "10.41.0.0/16" }], "network.hub": "both are the shop's" },
    },
  ],
  waysLeadSomewhere: [
    {
      change: { [targets]: [shop] },
      told: { "network.targets[0].cidr": /in this network's, 10.10.0.0\/16, or in that of a connection/ },
      right: { [targets]: [shop], [connections]: [peering] },
    },
    {
      change: { [targets]: [{ ...near, cidr: "10.0.0.0/16" }] },
      told: { "network.targets[0].cidr": /no route leads elsewhere/ },
      right: { [targets]: [near] },
    },
    {
      change: { [targets]: [{ ...near, cidr: "10.10.0.0/24" }] },
      told: { "network.targets[0].cidr": /without 10.10.0.2, this network's resolver/ },
      right: { [targets]: [{ ...near, cidr: "10.10.0.4/30" }] },
    },
  ],
  groupsAreAcrossPeerings: [
    {
      change: { [targets]: [{ ...shop, securityGroup: group }], [connections]: [gateway] },
      told: { "network.targets[0].securityGroup": /behind a transit gateway/ },
      right: { [targets]: [{ ...shop, securityGroup: group }], [connections]: [peering] },
    },
  ],
  eachWayOnce: [
    {
      change: { [targets]: [near, { ...near, ports: [9101] }] },
      told: { "network.targets[1].name": /no other entry/ },
      right: { [targets]: [near, { ...near, name: "near-too", ports: [9101] }] },
    },
    {
      change: { [targets]: [near, { ...near, name: "again", ports: [9101, 9100] }] },
      told: { "network.targets[1]": /10.10.20.0\/24 at 9100 stands above/ },
      right: { [targets]: [near, { ...near, name: "again", ports: [9101], cidr: "10.10.20.0/25" }] },
    },
  ],
  waysFitTheGroup: [
    {
      // With two endpoints and the two addresses of the receiver.
      change: { [targets]: [{ ...near, ports: [1, 2, 3] }], "network.securityGroupQuotas": { rules: 6 } },
      told: { "network.targets": /at most 6 rules .*not 7/ },
      right: { [targets]: [{ ...near, ports: [1, 2] }], "network.securityGroupQuotas": { rules: 6 } },
    },
  ],
  scrapedPortsListen: [
    {
      change: { "network.scrapedBy": [{ name: "central", cidr: "10.10.30.0/28", ports: [9100] }] },
      told: {
        "network.scrapedBy[0].ports[0]": /a port at which this stack serves metrics to other machines: none yet/,
      },
      right: {},
    },
    {
      change: { metricsServices: [service], "network.scrapedBy": [scraper(3082)] },
      told: { "network.scrapedBy[0].ports[0]": /other machines: 3081 \(metricsServices\[0\]\.listenAddr\)/ },
      right: { metricsServices: [service], "network.scrapedBy": [scraper(3081)] },
    },
    {
      change: {
        metricsServices: [{ ...service, listenAddr: "127.0.0.1:3081" }],
        "network.scrapedBy": [scraper(3081)],
      },
      told: { "network.scrapedBy[0].ports[0]": /none yet/ },
      right: { metricsServices: [service], "network.scrapedBy": [scraper(3081)] },
    },
  ],
} satisfies Readonly<Record<string, readonly Case[]>>;
