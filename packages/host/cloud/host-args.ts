import { type Check, type HostFile, hostNameText, type ProbeSpec } from "@metrics-link/release";
import type * as pulumi from "@pulumi/pulumi";
import type { ReleaseStore } from "./release-store.ts";
import type { ServiceSet } from "./units.ts";

/** A file whose content nobody but its owner on the host may see. */
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
    /** What the deployer assumes to ask the host to converge: the role of this update. */
    readonly assumeRole?: string | undefined;
    /** The ARN of the policy beyond which the host's role has no right, whatever is attached to it. */
    readonly permissionsBoundary?: string | undefined;
  };
  readonly network: {
    readonly vpcId: pulumi.Input<string>;
    readonly subnetId: pulumi.Input<string>;
    /** The subnet's zone; the data volume must be in the same one. */
    readonly zone: string;
    readonly securityGroupIds: pulumi.Input<pulumi.Input<string>[]>;
    readonly privateAddress?: pulumi.Input<string>;
  };
  readonly image: {
    /** A Debian 13 image. Another id replaces the instance; the data volume moves over. */
    readonly id: string;
    readonly instanceType: string;
    /** True when the image itself brings amazon-ssm-agent; Debian's own do not. */
    readonly bringsManagementAgent?: boolean;
  };
  readonly dataVolume: { readonly sizeGiB: number };
  readonly store: ReleaseStore;
  /** What `standardServices` renders. */
  readonly services: ServiceSet;
  /** Configuration and certificates; paths relative to the release's directory. */
  readonly files: pulumi.Input<readonly HostFile[]>;
  readonly secretFiles: readonly SecretFile[];
  /** In addition to those of `services`. */
  readonly checks?: readonly Check[];
  readonly probes?: readonly ProbeSpec[];
  /** The beginning of the id of a release whose held changes are made at once, with the loss that they were held for. */
  readonly forceRelease?: string | undefined;
  readonly deadlines?: {
    /** How long a new release may take until every probe passes; then the host rolls back. Default 60. */
    readonly probeSeconds?: number;
    /** How long the update waits for the host's word, its first boot included. Default 900. */
    readonly convergeSeconds?: number;
  };
  /** Keeps the data volume from a mistaken `destroy`. Default true. */
  readonly protect?: boolean;
  readonly tags?: Readonly<Record<string, string>>;
}

/**
 * The names of a host's own things. IAM is global, so the region is part of what stands in it. AWS's limits: role 64,
 * bucket 63 characters.
 */
export function hostNames(hostName: string, region: string) {
  hostNameText.parse(hostName);
  return {
    role: within(64, "role", `metrics-link-${hostName}-${region}`),
    keyAlias: `alias/metrics-link/${hostName}`,
    secret: `metrics-link/${hostName}/release`,
  };
}

/** Bucket names are global; the account's id makes it ours (AWS: 3 to 63 of a-z, 0-9, . and -). */
export function bucketName(storeName: string, account: { readonly id: string; readonly region: string }): string {
  return within(63, "bucket", `metrics-link-${storeName}-${account.id}-${account.region}`);
}

function within(limit: number, what: string, name: string): string {
  if (name.length <= limit) return name;
  throw new Error(
    `The ${what} name ${name} has ${name.length} characters, AWS allows ${limit}: shorten the host's name`,
  );
}
