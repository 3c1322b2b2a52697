import type { Configuration, ExchangeConfiguration } from "@metrics-link/config";

/** What was asked and answered, or why there is no answer. No answer is never taken for a good one. */
export type Answer<Value> = { readonly value: Value } | { readonly error: string };

/** Who calls, as STS says it (GetCallerIdentity). */
export interface Caller {
  readonly account: string;
  readonly arn: string;
}

/** How much of a quota is left. */
export interface Usage {
  readonly limit: number;
  readonly used: number;
}

/** Fields of EC2's DescribeImages; `bootMode` is absent of an image that leaves it to the instance type. */
export interface Image {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly architecture: string;
  readonly bootMode: string | undefined;
  readonly virtualization: string;
  readonly rootDeviceType: string;
  /** Whether it supports the network adapter of Nitro types. */
  readonly ena: boolean;
  /** When it was made; RFC 3339. */
  readonly created: string;
  readonly owner: string;
}

/** Fields of EC2's DescribeInstanceTypes, and the zones of DescribeInstanceTypeOfferings. */
export interface InstanceType {
  readonly processors: readonly string[];
  readonly hypervisor: string | undefined;
  readonly bareMetal: boolean;
  readonly bootModes: readonly string[];
  readonly vcpus: number;
  readonly memoryMiB: number;
}

/** A zone of the region in this account: its name is this account's, its id everybody's. */
interface Zone {
  readonly name: string;
  readonly id: string;
  readonly state: string;
}

/** A service that somebody offers by PrivateLink. Zones are names of this account. */
export interface EndpointService {
  readonly name: string;
  readonly acceptanceRequired: boolean;
  readonly privateDnsName: string | undefined;
  readonly zones: readonly string[];
}

/** A peering connection, or this account's attachment to a transit gateway. */
export interface Connection {
  /** In EC2's words. */
  readonly state: string;
  /** Of both networks of a peering connection, and whether the range that the configuration names lies in one. */
  readonly ranges: readonly string[] | undefined;
  readonly leadsThere: boolean | undefined;
}

/** The role by which AWS takes snapshots, as IAM has it. */
export interface SnapshotRole {
  readonly arn: string;
  /** The policy that says who may assume it: JSON. */
  readonly trust: string;
}

/** Where the state of the stack is, by Pulumi's own words. */
export interface Backend {
  readonly url: string;
  /** Of a bucket; undefined of what is none. */
  readonly versioned: Answer<boolean> | undefined;
}

/** What stands for a passphrase where others have the address of a key. */
export const passphrase = "a passphrase";

/** How secrets in the state and in the stack's file are encrypted. */
export interface SecretsProvider {
  /** `passphrase` above, or the address of a key as the stack's file has it. */
  readonly address: string;
  /** True of a passphrase that is set and empty. */
  readonly isEmpty?: true;
  /** Of a key of KMS: whether it can be used. */
  readonly key: Answer<{ readonly arn: string; readonly enabled: boolean }> | undefined;
}

/** A Pulumi plugin of this machine. */
export interface Plugin {
  readonly name: string;
  /** The version that the program asks for. */
  readonly version: string;
  /** First on PATH; undefined if it is not there, and then Pulumi would have to fetch it. */
  readonly path: string | undefined;
  /** Whether that is the one that set-up compared with the pinned hash. */
  readonly pinned: boolean;
}

/** What is read of any stack, with a host or without one. */
export interface EvidenceOfAny {
  /** RFC 3339, UTC. */
  readonly takenAt: string;
  readonly stack: string;
  readonly configuration: Configuration | ExchangeConfiguration;
  /** Whether the stack has been updated as a whole already: then it has its addresses, its network and its names. */
  readonly deployed: Answer<boolean>;
  /** With the credentials of the environment, which also open the state and its secrets. */
  readonly caller: Answer<Caller>;
  /** With the role of the configuration, or AWS' refusal to let the caller assume it; undefined if it names none. */
  readonly role: Answer<Caller | { readonly refused: string }> | undefined;
  readonly quotas: { readonly addresses: Answer<Usage> };
  readonly backend: Answer<Backend>;
  /** Undefined: the stack's file names none, so `pulumi stack init` has not been run. */
  readonly secrets: Answer<SecretsProvider | undefined>;
  readonly plugins: Answer<readonly Plugin[]>;
  /** The folder of the ceremony; undefined of a trial. */
  readonly ceremony: Answer<{ readonly signed: boolean; readonly problems: readonly string[] }> | undefined;
}

/** What a preflight of an exchange stack judges. `signed`: the root certificates are there. */
export interface ExchangeEvidence extends EvidenceOfAny {
  readonly configuration: ExchangeConfiguration;
}

/** What a preflight of a stack with a host judges. Everything was read; nothing was changed. */
export interface Evidence extends EvidenceOfAny {
  readonly configuration: Configuration;
  readonly zones: Answer<readonly Zone[]>;
  readonly quotas: {
    readonly addresses: Answer<Usage>;
    readonly vpcs: Answer<Usage>;
    /** Virtual CPUs of running on-demand instances of the standard families. */
    readonly vcpus: Answer<Usage>;
    /** Rules of one direction that a security group may have. */
    readonly rules: Answer<number>;
  };
  /** Undefined if there is no such image, or this account may not see it. */
  readonly image: Answer<Image | undefined>;
  /** The newest image of the same owner and name, but for the date in it; Debian's own if the configured one is not there. */
  readonly newestImage: Answer<Image | undefined>;
  readonly instanceType: Answer<InstanceType | undefined>;
  readonly offeredIn: Answer<readonly string[]>;
  /** The key that encrypts volumes for which none is named. */
  readonly ebsKey: Answer<{ readonly arn: string; readonly manager: string; readonly enabled: boolean }>;
  /** Without a value there is no such role; without an answer the configuration takes no snapshots. */
  readonly snapshotRole: Answer<SnapshotRole | undefined> | undefined;
  /** Names that the stack will take, and whether somebody has them. */
  readonly names: {
    readonly alias: Answer<{ readonly name: string; readonly taken: boolean }>;
    readonly bucket: Answer<{ readonly name: string; readonly taken: boolean }>;
  };
  /** By the names of the configuration; undefined: the account is not shown such a service. */
  readonly endpointServices: Answer<ReadonlyMap<string, EndpointService | undefined>>;
  /** By the ids of the configuration; undefined: the account has no such connection. */
  readonly connections: Answer<ReadonlyMap<string, Connection | undefined>>;
  /** Endpoints that GuardDuty made in networks of this region. */
  readonly guardDutyEndpoints: Answer<readonly string[]>;
  /** What is wrong with the tools for the host, by the pins. */
  readonly tools: Answer<readonly string[]>;
}

export const isOfExchange = (evidence: Evidence | ExchangeEvidence): evidence is ExchangeEvidence =>
  evidence.configuration.role === "exchange";
