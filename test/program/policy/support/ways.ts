/** A network with ways to targets: in it, behind a peering connection, and behind a transit gateway. */
export const networkWithWays = {
  connections: [
    { id: "pcx-0123456789abcdef0", cidr: "10.40.0.0/16", accepted: "agreed with the shop team" },
    { id: "tgw-0123456789abcdef0", cidr: "10.41.0.0/16", accepted: "agreed with the network team" },
  ],
  hub: "both networks are of one team",
  targets: [
    { name: "shop", cidr: "10.40.1.0/24", ports: [9100, 9400] },
    { name: "stock", cidr: "10.41.7.9/32", ports: [9100] },
    { name: "near", cidr: "10.10.20.0/24", ports: [9187], securityGroup: "sg-0123456789abcdef0" },
  ],
};
