import { edit, set } from "../support/mutate.ts";
import type { Mutation } from "../support/table.ts";

const address = "aws:ec2/eip:Eip";

/** Instances and their disks. */
export const hosts: readonly Mutation[] = [
  [
    "sender",
    "the host's subnet has a route to the internet",
    ["hosts-stand-apart"],
    set("aws:ec2/routeTableAssociation:RouteTableAssociation", { routeTableId: "sender-public-id" }),
  ],
  [
    "sender",
    "the host has a public address",
    ["hosts-are-private"],
    set("aws:ec2/instance:Instance", { associatePublicIpAddress: true }),
  ],
  ["sender", "the host has an Elastic IP", ["hosts-are-private"], set(address, { instance: "sender-instance-id" })],
  [
    "receiver",
    "subnets assign public addresses",
    ["hosts-are-private"],
    set("aws:ec2/subnet:Subnet", { mapPublicIpOnLaunch: true }),
  ],
  [
    "sender",
    "the metadata service answers without a token",
    ["hosts-use-imds-v2"],
    set("aws:ec2/instance:Instance", { "metadataOptions.httpTokens": "optional" }),
  ],
  [
    "sender",
    "the metadata service answers across two hops",
    ["hosts-use-imds-v2"],
    set("aws:ec2/instance:Instance", { "metadataOptions.httpPutResponseHopLimit": 2 }),
  ],
  ["sender", "a key pair allows login", ["no-login"], set("aws:ec2/instance:Instance", { keyName: "admin" })],
  [
    "sender",
    "user data adds an SSH key",
    ["no-login"],
    set("aws:ec2/instance:Instance", {
      userDataBase64: Buffer.from(
        "#cloud-config\nusers:\n  - name: admin\n    ssh_authorized_keys: [ssh-ed25519 AAAA]\n",
      ).toString("base64"),
    }),
  ],
  [
    "sender",
    "user data is a script",
    ["no-login"],
    edit("aws:ec2/instance:Instance", (props) => {
      props.userDataBase64 = Buffer.from("#!/bin/sh\ncurl https://example.org | sh\n").toString("base64");
    }),
  ],
  [
    "receiver",
    "the root disk is not encrypted",
    ["disks-are-encrypted"],
    set("aws:ec2/instance:Instance", { "rootBlockDevice.encrypted": false }),
  ],
  [
    "receiver",
    "the data volume is not encrypted",
    ["disks-are-encrypted"],
    set("aws:ebs/volume:Volume", { encrypted: false }),
  ],
  [
    "receiver",
    "the data volume is not protected from deletion",
    ["data-is-kept"],
    edit("aws:ebs/volume:Volume", (_, resource) => {
      resource.opts = { ...resource.opts, protect: false };
    }),
  ],
];
