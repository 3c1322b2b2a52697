import type { Configuration } from "@metrics-link/config";
import type { PeerPins, Pins, PkiOutput, ReceiverContract, SenderContract } from "@metrics-link/contract";
import type { EvidencePart, HostEvidence, Release } from "@metrics-link/release";

export type { EvidencePart } from "@metrics-link/release";

/** A security group as lists of rules, each one text such as "ingress tcp 443 203.0.113.10/32". */
export interface Group {
  readonly id: string;
  /** The value of the tag Name. */
  readonly name: string;
  readonly rules: readonly string[];
}

/** A VPC endpoint, with the service name that AWS has for its target. */
export interface Endpoint {
  readonly id: string;
  readonly service: string;
}

/** What AWS has around a host and no update looks at, by the service that tells it. */
export const surroundings = ["role", "key", "bucket", "routes", "dns", "balancer"] as const;
export type Surrounding = (typeof surroundings)[number];

/** Facts as texts, the same from the state and from AWS, such as "rtb-1: 0.0.0.0/0 to nat-1". */
export type Facts = readonly string[];

/** What AWS keeps of the data that a host stores. Times are RFC 3339, UTC. */
export interface Snapshots {
  /** Policies of Data Lifecycle Manager: `ENABLED`, `DISABLED` or `ERROR`, with AWS' own words about it. */
  readonly policies: readonly {
    readonly id: string;
    readonly state: string;
    readonly message: string;
    readonly madeAt: string;
  }[];
  /** Each data volume, and when its newest completed snapshot was begun. */
  readonly volumes: readonly { readonly id: string; readonly madeAt: string; readonly newest: string | undefined }[];
}

/** What the last update left in the stack's state. */
export interface Declared {
  readonly groups: readonly Group[];
  readonly addresses: readonly { readonly name: string; readonly allocationId: string; readonly address: string }[];
  /** Allocation ids of the NAT gateways. */
  readonly natAllocations: readonly string[];
  readonly balancer: { readonly groups: readonly string[]; readonly allocations: readonly string[] } | undefined;
  readonly endpoints: readonly Endpoint[];
  readonly instanceId: string;
  readonly facts: Readonly<Record<Surrounding, Facts>>;
  readonly release: { readonly id: string; readonly document: Release };
}

/** A stack's network by the EC2 API, including what an update never looks at, such as rules that somebody added. */
export interface Observed {
  readonly account: string;
  /** `groupName`: AWS's own name, which nobody can change. */
  readonly groups: readonly (Group & { readonly groupName: string })[];
  readonly endpoints: readonly Endpoint[];
  readonly instance: {
    readonly id: string;
    readonly state: string;
    readonly publicAddress: string | undefined;
    readonly groups: readonly string[];
    readonly keyName: string | undefined;
    readonly httpTokens: string | undefined;
  };
}

export type Contract = SenderContract | ReceiverContract;

/** The other end of a link, by this stack's configuration and the peer's own output. */
export interface PeerEvidence {
  readonly name: string;
  readonly stack: string;
  /** In this side's configuration, under source control. */
  readonly pins: Pins & Pick<PeerPins, "labels">;
  /** Why this side's configuration suspends the peer; absent for a trusted peer. */
  readonly suspended?: string | undefined;
  readonly contract: EvidencePart<Contract>;
}

/** One change that an update would make now: source control and AWS differ. */
export interface Change {
  readonly operation: string;
  readonly resource: string;
}

export interface Update {
  readonly kind: string;
  readonly result: string;
  readonly endedAt: string;
  readonly message: string;
}

/** A deviation from a policy, as the configuration declares it. */
export interface Deviation {
  readonly policy: string;
  readonly reason: string;
  /** A date, as written; undefined when there is none. */
  readonly until: string | undefined;
}

export interface StackEvidence {
  readonly stack: string;
  readonly configuration: Configuration;
  readonly deviations: readonly Deviation[];
  readonly contract: EvidencePart<Contract>;
  /** What this account's exchange stack shows the peers; absent of a stack without one. */
  readonly shown?: EvidencePart<Contract> | undefined;
  readonly pki: EvidencePart<PkiOutput>;
  readonly peers: readonly PeerEvidence[];
  readonly declared: EvidencePart<Declared>;
  readonly observed: EvidencePart<Observed>;
  readonly surroundings: Readonly<Record<Surrounding, EvidencePart<Facts>>>;
  readonly snapshots: EvidencePart<Snapshots>;
  readonly host: EvidencePart<HostEvidence>;
  readonly changes: EvidencePart<readonly Change[]>;
  readonly updates: EvidencePart<readonly Update[]>;
}

/** Whether a peer that reads this stack's contract knows it by this name. */
export const isKnownAs = (name: string, { stack, configuration }: Pick<StackEvidence, "stack" | "configuration">) =>
  configuration.exchange === undefined ? name.endsWith(`/${stack}`) : name === configuration.exchange;

export interface AuditEvidence {
  readonly takenAt: string;
  readonly source: { readonly commit: string; readonly changed: boolean } | undefined;
  readonly stacks: readonly StackEvidence[];
}
