import { readFileSync } from "node:fs";
import { parseRelease } from "@metrics-link/release";
import type { Asked } from "@metrics-link/review";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { type Registration, record } from "../support/recording.ts";

export type Role = "sender" | "receiver";

/** What a receiver offers to its senders. */
export const receiverContract = (rootBundle: string) => ({
  version: 1,
  role: "receiver",
  accountId: "222222222222",
  rootBundle,
  dnsName: "metrics-ingest.account-b.internal",
  endpointAddresses: ["198.51.100.10", "198.51.100.11"],
  endpointPort: 443,
});

/** This account's exchange stack, for stacks that have one. */
export const exchangeStack = "organization/metrics-link/own-exchange";

/** The stack that `record` runs a program as. */
export const ownStack = "organization/metrics-link/test";

const account: Record<Role, string> = { sender: "111111111111", receiver: "222222222222" };

/** The configuration of a role's example as Pulumi hands it to a program, with `change` applied to its sections. */
export function configurationOf(role: Role, change: Readonly<Record<string, unknown>>): Record<string, string> {
  const file = new URL(`../../../stacks/examples/${role}.yaml`, import.meta.url);
  const { config } = parse(readFileSync(file, "utf8")) as { config: Record<string, unknown> };
  // A root in the state: what a ceremony leaves has tests of its own.
  const pki = { ...(config["metrics-link:pki"] as object), root: "trial" };
  const network = { ...(config["metrics-link:network"] as object), documentationAddresses: true };
  const sections = {
    ...config,
    "metrics-link:pki": pki,
    "metrics-link:network": network,
    "metrics-link:tools": { acceptUnpinned: true },
    ...change,
  };
  return Object.fromEntries(
    Object.entries(sections)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
  );
}

export interface BuildOptions {
  /** Sections of the configuration by their whole key, in place of the example's. */
  readonly change?: Readonly<Record<string, unknown>>;
  /** The output `contract` of the peer's stack; absent before its first update. */
  readonly peer?: unknown;
  /** By the peer's stack, for several: its output `contract`, or the engine's words when the stack cannot be read. */
  readonly peers?: Readonly<Record<string, unknown>>;
  /** The outputs of this account's exchange stack, which the configuration names `exchangeStack`. */
  readonly exchange?: Readonly<Record<string, unknown>>;
  /** The outputs of this stack's last update; none before the first. */
  readonly before?: Readonly<Record<string, unknown>>;
  /** PEM of this side's own root. */
  readonly root: string;
  /** Filled with what was registered, for programs that fail. */
  readonly seen?: Registration[];
  /** Filled with what was asked of the engine. */
  readonly asked?: Asked[];
  /** What providers would compute, by type token, in place of what is made up here. */
  readonly answers?: Parameters<typeof record>[1];
  /** Tags of the networks of this role that the account has, by id; none before the first update. */
  readonly vpcs?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Told what the program returned, resolved. */
  readonly onOutputs?: (outputs: object) => void;
}

/** Runs the real program as one of its roles under mocks. */
export function build(
  role: Role,
  {
    change = {},
    peer,
    peers,
    exchange,
    before = {},
    root,
    seen,
    asked,
    answers = {},
    vpcs = {},
    onOutputs,
  }: BuildOptions,
): Promise<Registration[]> {
  const outputsOf = ({ name }: { readonly name: string }) => {
    if (name === ownStack) return { outputs: before };
    if (name === exchangeStack) return { outputs: exchange ?? {} };
    const contract = peers === undefined ? peer : peers[name];
    if (contract instanceof Error) throw contract;
    return { outputs: contract === undefined ? {} : { contract } };
  };
  const certificate = () => ({
    certPem: root,
    validityStartTime: "2026-12-01T01:00:00.000000001+01:00",
    validityEndTime: "2027-01-01T01:00:00.000000001+01:00",
  });
  return record(
    async () => {
      pulumi.runtime.setAllConfig(configurationOf(role, change));
      const { default: program } = await import("@metrics-link/stacks");
      const returned = await program(async (stack) => outputsOf({ name: stack }).outputs);
      // Pulumi's own way to an output's value; `apply` would wait for ever where one of them fails.
      const resolved = pulumi.output(returned) as unknown as { promise(): Promise<object> };
      onOutputs?.(await resolved.promise());
    },
    {
      "tls:index/privateKey:PrivateKey": ({ name }) => ({
        privateKeyPem: `KEY ${name}`,
        privateKeyPemPkcs8: `KEY ${name}`,
        publicKeyPem: `PUBLIC ${name}`,
      }),
      "tls:index/certRequest:CertRequest": ({ name }) => ({ certRequestPem: `REQUEST ${name}` }),
      "tls:index/selfSignedCert:SelfSignedCert": certificate,
      "tls:index/locallySignedCert:LocallySignedCert": certificate,
      "aws:route53/resolverFirewallDomainList:ResolverFirewallDomainList": ({ name }) => ({
        arn: `arn:aws:route53resolver:eu-west-1:111111111111:firewall-domain-list/${name}-id`,
      }),
      "aws:ec2/eip:Eip": ({ name }) => ({ allocationId: `${name}-allocation`, publicIp: "203.0.113.10" }),
      "aws:ec2/vpcEndpoint:VpcEndpoint": () => ({ prefixListId: "pl-s3" }),
      "aws:s3/bucket:Bucket": ({ inputs }) => ({ id: inputs.bucket, arn: `arn:aws:s3:::${inputs.bucket}` }),
      "aws:iam/role:Role": ({ inputs }) => ({ arn: `arn:aws:iam::${account[role]}:role/${inputs.name}` }),
      "aws:kms/key:Key": () => ({ arn: `arn:aws:kms:eu-west-1:${account[role]}:key/1`, keyId: "1" }),
      "aws:secretsmanager/secret:Secret": ({ inputs }) => ({
        arn: `arn:aws:secretsmanager:eu-west-1:${account[role]}:secret:${inputs.name}-AbCdEf`,
      }),
      "aws:secretsmanager/secretVersion:SecretVersion": () => ({ versionId: "version-1" }),
      ...answers,
    },
    seen,
    {
      "pulumi:pulumi:readStackOutputs": outputsOf as (inputs: unknown) => object,
      "aws:ebs/getSnapshot:getSnapshot": () => ({ ownerId: account[role], tags: {}, volumeId: "vol-1", volumeSize: 8 }),
      "aws:ec2/getVpcs:getVpcs": () => ({ ids: Object.keys(vpcs) }),
      "aws:ec2/getVpc:getVpc": ((asked: { readonly id: string }) => ({ id: asked.id, tags: vpcs[asked.id] })) as (
        inputs: unknown,
      ) => object,
    },
    asked,
  );
}

/** The release that a stack would publish, parsed. */
export function releaseOf(registrations: readonly Registration[], role: Role) {
  const published = registrations.find(({ name }) => name === `${role}-release`);
  if (published === undefined) throw new Error("no release was published");
  return parseRelease(JSON.parse(published.inputs.content));
}

/** The content of one of its files. */
export function fileOf(registrations: readonly Registration[], role: Role, path: string): string {
  const found = releaseOf(registrations, role).files.find((file) => file.path === path);
  if (found === undefined) throw new Error(`the release has no ${path}`);
  return found.content;
}
