/** Keys of peers that contradict each other: the cases of rules.test.ts about them. */
import type { Role } from "./example.ts";

/** A section with another part, on top of the example. */
export type Change = Readonly<Record<string, unknown>>;

export interface Case {
  readonly role?: Role;
  /** Keys with values, as docs/configuration.md writes them. */
  readonly change: Change;
  /** The keys that are named, each with the words of its remedy. */
  readonly told: Readonly<Record<string, RegExp>>;
  /** A value next to the wrong one that is right. */
  readonly right: Change;
}

const sender = (name: string, change: Change = {}) => ({ name, stack: `organization/metrics-link/${name}`, ...change });
const root = (digit: string) => digit.repeat(64);

/** By the name of the rule. */
export const peersCases = {
  eachSenderOnce: [
    {
      role: "receiver",
      change: { senders: [sender("a"), sender("a")] },
      told: { "senders[1].name": /no other sender/, "senders[1].stack": /no other sender/ },
      right: { senders: [sender("a"), sender("b")] },
    },
    {
      role: "receiver",
      change: {
        senders: [
          { name: "a", contract: "peers/x.json" },
          { name: "b", contract: "pki/x.json" },
        ],
      },
      told: { "senders[1].contract": /a file name that no other sender has/ },
      right: {
        senders: [
          { name: "a", contract: "peers/x.json" },
          { name: "b", contract: "peers/y.json" },
        ],
      },
    },
  ],
  aPeerIsAStackOrAFile: [
    ...[
      "/home/x/account-b.json",
      "../account-b.json",
      "peers/../x.json",
      "docs/peers/b.json",
      "peers/b.yaml",
      "b.json",
    ].map((contract) => ({
      change: { peer: { contract } },
      told: { "peer.contract": /a \.json file in fleet\/, peers\/, pki\/, monitoring\/ or a folder of stacks\// },
      right: { peer: { contract: "peers/account-b.json" } },
    })),
    {
      change: { peer: { stack: "organization/metrics-link/account-b", contract: "peers/account-b.json" } },
      told: { "peer.contract": /no stack: the peer is organization\/metrics-link\/account-b already/ },
      right: { peer: { contract: "peers/account-b.json" } },
    },
    { change: { peer: {} }, told: { "peer.stack": /or contract with a file/ }, right: { peer: { stack: "a/b/c" } } },
    {
      role: "receiver",
      change: { senders: [{ name: "a" }, { name: "b" }, { name: "c", stack: "a/b/c", contract: "peers/c.json" }] },
      told: { "senders[0].stack": /exchange/, "senders[1].stack": /exchange/, "senders[2].contract": /a\/b\/c/ },
      right: { senders: [{ name: "a", contract: "peers/a.json" }, sender("b")] },
    },
  ],
  theExchangeIsNoPeer: [
    {
      change: { exchange: "organization/metrics-link/receiver" },
      told: { "peer.stack": /our own/ },
      right: { exchange: "organization/metrics-link/account-a" },
    },
  ],
  anAddressIsOneSenders: [
    {
      role: "receiver",
      change: {
        senders: [sender("a", { addresses: ["8.8.8.8"] }), sender("b", { addresses: ["8.8.4.4", "8.8.8.8"] })],
      },
      told: { "senders[1].addresses[1]": /no other sender/ },
      right: { senders: [sender("a", { addresses: ["8.8.8.8"] }), sender("b", { addresses: ["8.8.4.4"] })] },
    },
  ],
  aRootIsOneSenders: [
    {
      role: "receiver",
      change: {
        senders: [sender("a", { rootFingerprints: [root("a")] }), sender("b", { rootFingerprints: [root("A")] })],
      },
      told: { "senders[1].rootFingerprints[0]": /no other sender/ },
      right: {
        senders: [sender("a", { rootFingerprints: [root("a")] }), sender("b", { rootFingerprints: [root("b")] })],
      },
    },
  ],
  labelsAreOneSenders: [
    {
      role: "receiver",
      change: {
        senders: [
          sender("a", { labels: { account: "1", region: "x" } }),
          sender("b", { labels: { account: "1", env: "y" } }),
          sender("c", { labels: { region: "x" } }),
        ],
      },
      told: { "senders[1].labels.account": /no other sender has \(a has it\)/, "senders[2].labels.region": /a has it/ },
      right: {
        senders: [
          sender("a", { labels: { account: "1" } }),
          sender("b", { labels: { account: "2", env: "y" } }),
          sender("c", { labels: { tenant: "1" } }),
        ],
      },
    },
    {
      role: "receiver",
      change: {
        senders: [
          sender("a", { labels: { tenant: "caf\u00e9" } }),
          sender("b", { labels: { tenant: "Cafe\u0301" } }),
          sender("c", { labels: { tenant: "\uff43af\u00e9" } }),
          sender("d", { labels: { Tenant: "caf\u00e9" } }),
        ],
      },
      told: {
        "senders[1].labels.tenant": /\(a has it in another spelling, which people take for the same\)/,
        "senders[2].labels.tenant": /a has it/,
        "senders[3].labels.Tenant": /a has it/,
      },
      right: {
        senders: [sender("a", { labels: { tenant: "caf\u00e9" } }), sender("b", { labels: { tenant: "cafe" } })],
      },
    },
  ],
  theReceiverIsNoSender: [
    {
      role: "receiver",
      change: {
        "prometheus.externalLabels": { account: "1", region: "x" },
        senders: [sender("a", { labels: { account: "1" } })],
      },
      told: { "senders[0].labels": /labels that this receiver has not/ },
      right: {
        "prometheus.externalLabels": { account: "2", region: "x" },
        senders: [sender("a", { labels: { account: "1" } }), sender("b", { labels: { account: "3", region: "x" } })],
      },
    },
  ],
} satisfies Record<string, readonly Case[]>;
