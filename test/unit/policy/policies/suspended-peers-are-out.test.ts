import { types } from "@metrics-link/policy/model/resources.ts";
import { addresses, names, releaseObject, resource } from "../support/example.ts";
import { specify, unknown } from "../support/specification.ts";

const senderStack = "organization/metrics-link/sender";
const peer = { stack: senderStack, dnsName: names.sender, addresses: addresses.sender };
const rule = (address: string) => resource(types.ingressRule, { cidrIpv4: `${address}/32` });
const release = releaseObject("receiver");
const contract = (trusts: object[]) => resource(types.stack, { peers: [], contract: { trusts } });
/** The release of a receiver that was given another name for this sender, which is suspended under its own. */
const suspended = (name: string) => ({
  network: { cidr: "10.10.0.0/16", zones: ["eu-west-1a", "eu-west-1b"], documentationAddresses: true },
  senders: [{ name, stack: senderStack, addresses: addresses.sender, suspended: "its key is out" }],
});

specify("suspended-peers-are-out", {
  role: "receiver",
  configuration: suspended("account-a"),
  passes: { "a stack that says and lets in nothing": [contract([]), rule("192.0.2.1")] },
  fails: {
    "a rule for its address": [[contract([]), rule("203.0.113.10")], /a rule for its address 203.0.113.10\/32/],
    "a peer that is in force": [[resource(types.stack, { peers: [peer] })], /the output peers has it/],
    "an output that takes its labels": [
      [
        resource(types.stack, {
          peers: [],
          contractLabels: { admits: [{ stack: senderStack, labels: { account: "1" } }] },
        }),
      ],
      /this side says that it takes its labels/,
    ],
    "a contract that trusts it": [[contract([{ stack: senderStack }])], /this side's contract says/],
    "its filter chain": [[contract([]), release], /filter chain account-a is for it/],
    "its roots": [[contract([]), release], /has its roots in tls\/roots\/account-a\.pem/],
  },
  undecidable: {
    "a release that is not known": [contract([]), { ...release, props: { ...release.props, content: unknown } }],
    "a contract that is not known": [resource(types.stack, { peers: [], contract: unknown })],
  },
});

specify("suspended-peers-are-out", {
  role: "receiver",
  configuration: suspended("other"),
  passes: {},
  fails: { "its address in a chain by another name": [[contract([]), release], /filter chain account-a is for it/] },
  undecidable: {},
});

specify("suspended-peers-are-out", {
  role: "sender",
  configuration: {
    network: suspended("").network,
    peer: { stack: "organization/metrics-link/receiver", addresses: addresses.receiver, suspended: "its key is out" },
  },
  passes: { "a stack that leads nowhere": [contract([])] },
  fails: { "its cluster": [[contract([]), releaseObject("sender")], /cluster receiver leads to it/] },
  undecidable: {},
});

specify("suspended-peers-are-out", {
  role: "receiver",
  passes: { "all of a peer that nobody suspends": [resource(types.stack, { peers: [peer] }), release] },
  fails: {},
  undecidable: {},
});
