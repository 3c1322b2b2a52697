import type { Check, HostFile, ProbeSpec } from "@metrics-link/release";
import type * as pulumi from "@pulumi/pulumi";
import type { ReleaseStore } from "./release-store.ts";
import type { ServiceSet } from "./units.ts";

/** A file that only its owner and group on the host may read. */
export interface SecretFile {
  /** Relative to the release's directory, for example "tls/leaf.key". */
  readonly path: string;
  /** 0400 or 0440. */
  readonly mode: string;
  readonly owner: string;
  readonly group: string;
  readonly value: pulumi.Input<string>;
}

export interface HostArgs {
  /** 1 to 30 of a-z, 0-9 and -; part of the names of the role, the key, the secret and the releases. */
  readonly hostName: string;
  readonly account: {
    readonly id: string;
    readonly region: string;
    /** The role that the deployer assumes, also to ask the host to converge. */
    readonly assumeRole?: string | undefined;
    readonly externalId?: string | undefined;
    readonly sessionName?: string | undefined;
    /** How long a session of the role lasts, such as `1h`. */
    readonly sessionDuration?: string | undefined;
    /** The ARN of the permissions boundary of the host's role. */
    readonly permissionsBoundary?: string | undefined;
  };
  readonly network: {
    readonly vpcId: pulumi.Input<string>;
    readonly subnetId: pulumi.Input<string>;
    /** The availability zone of the subnet and the data volume. */
    readonly zone: string;
    readonly securityGroupIds: pulumi.Input<pulumi.Input<string>[]>;
    readonly privateAddress?: pulumi.Input<string>;
  };
  readonly image: {
    /** A Debian 13 image. Another id replaces the instance and keeps the data volume. */
    readonly id: string;
    readonly instanceType: string;
    /** True when the image contains amazon-ssm-agent; Debian's own do not. */
    readonly bringsManagementAgent?: boolean;
  };
  readonly dataVolume: {
    readonly sizeGiB: number;
    /** The id of a volume that an earlier stack left, to be taken over. */
    readonly adopted?: string | undefined;
    /** What a new volume is made from; a blank one otherwise. A volume that is there is not replaced for it. */
    readonly snapshotId?: string | undefined;
  };
  /** When snapshots of the data volume are taken, UTC, how many are kept, and by which role of AWS'; none by default. */
  readonly snapshots?:
    | { readonly everyHours: number; readonly at: string; readonly keep: number; readonly roleArn: string }
    | undefined;
  readonly store: ReleaseStore;
  /** Whether the release is compressed; a host that has never run this version's agent cannot read it then. Default: no. */
  readonly packsRelease?: boolean;
  /** From `standardServices`. */
  readonly services: ServiceSet;
  /** Configuration and certificates; paths relative to the release's directory. */
  readonly files: pulumi.Input<readonly HostFile[]>;
  readonly secretFiles: readonly SecretFile[];
  /** In addition to those of `services`. */
  readonly checks?: readonly Check[];
  readonly probes?: readonly ProbeSpec[];
  /** The release that the host was last asked to run; undefined before the first. */
  readonly releaseInForce?: string | undefined;
  /** The beginning of a release's id: its pending changes are made at once, and samples that are not sent yet are lost. */
  readonly forceRelease?: string | undefined;
  readonly deadlines?: {
    /** How long a new release may take until every probe passes; then the host rolls back. Default 60. */
    readonly probeSeconds?: number;
    /** How long the update waits for the host's status report, its first boot included. Default 900. */
    readonly convergeSeconds?: number;
  };
  /** Protects the data volume from a mistaken `destroy`. Default true. */
  readonly protect?: boolean;
  readonly tags?: Readonly<Record<string, string>>;
}
