import { userDataFaults } from "../known/user-data.ts";
import { each, type Policy, resourceRule, stackRule } from "../model/policy.ts";
import { type Inputs, ofType } from "../model/resources.ts";

/** EC2 instances, their disks and subnets. */
export const hosts: readonly Policy[] = [
  resourceRule(
    {
      name: "hosts-are-private",
      fence: "address",
      rule: "No host has a public address.",
      reason: "A host with a public address is reachable, and reaches others, without passing a fence.",
      remedy:
        "Set associatePublicIpAddress and mapPublicIpOnLaunch to false, and give Elastic IPs to NAT and load balancer only.",
      source: "docs/architecture.md, fence 1; AWS Security Hub EC2.9 and EC2.15",
    },
    {
      *instance(props) {
        if (props.associatePublicIpAddress !== false) yield "associatePublicIpAddress is not false";
        if ((props.ipv6AddressCount ?? 0) > 0 || (props.ipv6Addresses ?? []).length > 0) yield "it has IPv6 addresses";
      },
      *subnet({ mapPublicIpOnLaunch }) {
        if (mapPublicIpOnLaunch === true) yield "mapPublicIpOnLaunch is true";
      },
      *address(props) {
        if (props.instance !== undefined || props.networkInterface !== undefined) {
          yield `the address is given to ${props.instance ?? props.networkInterface}`;
        }
      },
    },
  ),

  stackRule(
    {
      name: "hosts-stand-apart",
      fence: "address",
      rule: "Hosts are in subnets without a route to an internet gateway.",
      reason: "In a public subnet one wrong setting gives a host a public address.",
      remedy: "Put the instance into a private subnet.",
      source: "AWS VPC User Guide, Subnet types; CIS Controls 12.2",
    },
    function* (resources) {
      const open = ofType(resources, "route").filter(({ props }) => Boolean(props.gatewayId));
      const associations = ofType(resources, "routeTableAssociation");
      yield* each(ofType(resources, "instance"), function* ({ props: { subnetId } }) {
        const tables = associations
          .filter(({ props }) => props.subnetId === subnetId)
          .map(({ props }) => props.routeTableId);
        if (tables.length !== 1) {
          yield `its subnet ${subnetId} has ${tables.length} route tables of this stack instead of one`;
        }
        if (open.some(({ props }) => tables.includes(props.routeTableId))) {
          yield `its subnet ${subnetId} has a route to an internet gateway`;
        }
      });
    },
  ),

  resourceRule(
    {
      name: "hosts-use-imds-v2",
      fence: "host",
      rule: "The metadata service of an instance requires session tokens and has a hop limit of 1.",
      reason: "Otherwise one forged request from the host returns its role's credentials.",
      remedy: "Set metadataOptions: httpTokens required, httpPutResponseHopLimit 1, instanceMetadataTags disabled.",
      source: "CIS AWS Foundations 5.6; AWS Security Hub EC2.8",
    },
    {
      *instance({ metadataOptions: options = {} }) {
        if (options.httpTokens !== "required") {
          yield `httpTokens is ${options.httpTokens ?? "not set"} instead of required`;
        }
        if (options.httpPutResponseHopLimit !== 1) {
          yield `httpPutResponseHopLimit is ${options.httpPutResponseHopLimit ?? "not set"} instead of 1`;
        }
        if (options.instanceMetadataTags === "enabled") {
          yield "instanceMetadataTags is enabled: tags can be read on the host";
        }
      },
    },
  ),

  resourceRule(
    {
      name: "no-login",
      fence: "host",
      rule: "Nobody logs in to a host: no key pair, no port 22, and only known user data.",
      reason: "A login changes a host without a release; user data runs as root at the first boot, before any release.",
      remedy: "Remove keys and ports; add what user data needs to packages/policy/known/user-data.ts.",
      source: "docs/architecture.md; CIS AWS Foundations 5.2; docs/decisions/0210",
    },
    {
      ingressRule: openLoginPorts,
      egressRule: openLoginPorts,
      *instance(props) {
        if (props.keyName !== undefined) yield `the key pair ${props.keyName} logs in`;
        const text = props.userData ?? Buffer.from(props.userDataBase64 ?? "", "base64").toString();
        if (text !== "") for (const fault of userDataFaults(text)) yield `user data ${fault}`;
      },
    },
  ),

  resourceRule(
    {
      name: "disks-are-encrypted",
      fence: "host",
      rule: "Every disk is encrypted.",
      reason: "Whoever gets a snapshot or a copy of an unencrypted disk can read it.",
      remedy: "Set encrypted to true on volumes and on each block device of an instance.",
      source: "CIS AWS Foundations 2.2.1; AWS Security Hub EC2.3; docs/decisions/0202",
    },
    {
      *volume({ encrypted }) {
        if (encrypted !== true) yield "encrypted is not true";
      },
      *instance(props) {
        if (props.rootBlockDevice?.encrypted !== true) yield "rootBlockDevice.encrypted is not true";
        for (const { deviceName, encrypted } of props.ebsBlockDevices ?? []) {
          if (encrypted !== true) yield `the disk ${deviceName} is not encrypted`;
        }
      },
    },
  ),

  resourceRule(
    {
      name: "data-is-kept",
      fence: "host",
      rule: "The volume with TSDB and WAL is protected.",
      reason: "A sender's volume holds every sample that is not sent yet, a receiver's holds all samples.",
      remedy:
        "Set protect and retainOnDelete on the volume. CrossGuard does not see retainOnDelete; a test of the program does.",
      source: "docs/architecture.md, Hosts; docs/operate.md, What is lost, and when",
    },
    {
      *volume(_props, _context, { opts }) {
        if (!opts.protect) yield "the volume is not protected";
      },
    },
  ),
];

/** SSH and RDP. */
const loginPorts = [22, 3389];

function* openLoginPorts({ ipProtocol, fromPort = 0, toPort = 65_535 }: Inputs<"ingressRule" | "egressRule">) {
  for (const port of loginPorts) {
    if (ipProtocol === "-1" || (fromPort <= port && port <= toPort)) yield `port ${port} is open`;
  }
}
