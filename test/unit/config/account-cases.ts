/** Keys of the account and of what a stack takes over that contradict each other: the cases of rules.test.ts about them. */
import type { Case } from "./peers-cases.ts";

const zone = "network.zones";
const deviation = { policy: "no-login", reason: "until the new image is there", until: "2027-01-31" };

/** By the name of the rule. */
export const accountCases = {
  arnsOfThisAccount: [
    {
      change: { "account.assumeRole": "arn:aws:iam::333333333333:role/deploy" },
      told: { "account.assumeRole": /an ARN of account 111111111111/ },
      right: { "account.assumeRole": "arn:aws:iam::111111111111:role/deploy" },
    },
    {
      change: { "account.permissionsBoundary": "arn:aws:iam::333333333333:policy/bound" },
      told: { "account.permissionsBoundary": /an ARN of account 111111111111/ },
      right: { "account.permissionsBoundary": "arn:aws:iam::111111111111:policy/bound" },
    },
  ],
  arnsOfThisPartition: [
    {
      change: { "account.assumeRole": "arn:aws-cn:iam::111111111111:role/deploy" },
      told: { "account.assumeRole": /begins with arn:aws:, as eu-west-1 has it/ },
      right: { "account.assumeRole": "arn:aws:iam::111111111111:role/deploy" },
    },
  ],
  sessionsOfARole: [
    {
      change: { "account.assumeRole": undefined, "account.externalId": "x7", "account.sessionDuration": "1h" },
      told: { "account.externalId": /without account.assumeRole/, "account.sessionDuration": /remove it/ },
      right: { "account.externalId": "x7", "account.sessionName": "ci", "account.sessionDuration": "12h" },
    },
    {
      change: { "account.assumeRole": undefined, "account.sessionName": "ci" },
      told: { "account.sessionName": /without account.assumeRole/ },
      right: { "account.sessionName": "ci" },
    },
  ],
  addressesOfTheRole: [
    {
      change: { "policy.addressAllocations": ["eipalloc-01234567", "eipalloc-01234568"] },
      told: { "policy.addressAllocations": /one allocation id: this sender/ },
      right: { "policy.addressAllocations": ["eipalloc-01234567"] },
    },
    {
      role: "receiver",
      change: { "policy.addressAllocations": ["eipalloc-01234567", "eipalloc-01234568"] },
      told: { "policy.addressAllocations": /one allocation id: this receiver/ },
      right: { "policy.addressAllocations": ["eipalloc-01234567"] },
    },
    {
      role: "receiver",
      change: { [zone]: ["eu-west-1a", "eu-west-1b"], "policy.addressAllocations": ["eipalloc-01234567"] },
      told: { "policy.addressAllocations": /two allocation ids: this receiver/ },
      right: {
        [zone]: ["eu-west-1a", "eu-west-1b"],
        "policy.addressAllocations": ["eipalloc-01234567", "eipalloc-01234568"],
      },
    },
    {
      change: { "network.addressAllocations": ["eipalloc-01234567", "eipalloc-01234568"] },
      told: { "network.addressAllocations": /one allocation id: this sender/ },
      right: { "network.addressAllocations": ["eipalloc-01234567"] },
    },
  ],
  typeOfTheProcessor: [
    ...["t4g.small", "a1.large", "x2gd.medium", "im4gn.large", "c7gn.metal"].map((type) => ({
      change: { "host.instanceType": type },
      told: { "host.instanceType": /a type for x86_64, such as t3\.small; or host\.architecture: arm64/ },
      right: { "host.instanceType": type, "host.architecture": "arm64" },
    })),
    {
      change: { "host.architecture": "arm64" },
      told: { "host.instanceType": /a type for arm64, such as t4g\.small; or host\.architecture: x86_64/ },
      right: { "host.architecture": "arm64", "host.instanceType": "t4g.small" },
    },
  ],
  addressesOfOneStack: [
    {
      change: { exchange: "organization/metrics-link/account-a", "network.addressAllocations": ["eipalloc-01234567"] },
      told: { "network.addressAllocations": /none: organization\/metrics-link\/account-a has the Elastic IPs/ },
      right: { exchange: undefined, "network.addressAllocations": ["eipalloc-01234567"] },
    },
  ],
  adoptedArePinned: [
    {
      change: {
        "policy.addressAllocations": ["eipalloc-01234567"],
        "network.addressAllocations": ["eipalloc-01234568"],
      },
      told: { "network.addressAllocations[0]": /one of policy.addressAllocations: eipalloc-01234567/ },
      right: {
        "policy.addressAllocations": ["eipalloc-01234567"],
        "network.addressAllocations": ["eipalloc-01234567"],
      },
    },
  ],
  oneOriginOfTheData: [
    {
      change: { "host.dataVolumeId": "vol-01234567", "host.dataVolumeSnapshotId": "snap-01234567" },
      told: { "host.dataVolumeSnapshotId": /none: the stack takes over vol-01234567/ },
      right: { "host.dataVolumeSnapshotId": "snap-01234567" },
    },
  ],
  oneDeviationOfAPolicy: [
    {
      change: { "policy.deviations": [deviation, { ...deviation, until: "2027-02-28" }] },
      told: { "policy.deviations[1].policy": /one deviation/ },
      right: { "policy.deviations": [deviation, { ...deviation, policy: "host-is-fenced" }] },
    },
  ],
} satisfies Record<string, readonly Case[]>;
