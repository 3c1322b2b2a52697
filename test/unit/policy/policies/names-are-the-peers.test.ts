import { types } from "@metrics-link/policy/model/resources.ts";
import { Mutant } from "../../../program/policy/support/mutate.ts";
import { addresses, configurationOf, names, releaseObject, resource } from "../support/example.ts";
import { specify, unknown } from "../support/specification.ts";

const peer = (change: object) =>
  resource(types.stack, {
    peers: [
      { stack: "organization/metrics-link/sender", dnsName: names.sender, addresses: addresses.sender, ...change },
    ],
  });
const release = releaseObject("receiver");
const senderOf = (stack: string, pinned: readonly string[]) => ({
  name: stack === "sender" ? "account-a" : stack,
  stack: `organization/metrics-link/${stack}`,
  addresses: pinned,
});

specify("names-are-the-peers", {
  role: "receiver",
  configuration: {
    network: { cidr: "10.10.0.0/16", zones: ["eu-west-1a", "eu-west-1b"], documentationAddresses: true },
    senders: [senderOf("sender", ["192.0.2.1"]), senderOf("other", addresses.sender)],
  },
  passes: {},
  fails: {
    "an address that is pinned for another sender": [
      [peer({}), release],
      /203\.0\.113\.10 not pinned for this peer \(pinned: 192\.0\.2\.1\)/,
    ],
  },
  undecidable: {},
});

function withoutChains() {
  const mutant = new Mutant({ configuration: configurationOf("receiver"), inputs: [release], outputs: [], asked: [] });
  mutant.envoy(({ static_resources: { listeners } }) => listeners.shift());
  const [changed = release] = mutant.deployed.inputs;
  return changed;
}

specify("names-are-the-peers", {
  role: "receiver",
  passes: { "the peer's contract": [peer({}), release] },
  fails: {
    "another name": [[peer({ dnsName: "other.internal" }), release], /instead of other.internal/],
    "another address": [[peer({ addresses: ["192.0.2.1"] }), release], /203.0.113.10 instead of 192.0.2.1/],
    "a peer without a chain": [[peer({}), withoutChains()], /sender account-a is a peer but has no filter chain/],
    "no peer": [[resource(types.stack, {}), release], /filter chain account-a belongs to no peer/],
    "another stack": [
      [peer({ stack: "organization/metrics-link/other" }), release],
      /filter chain account-a belongs to no peer/,
    ],
  },
  undecidable: {
    "a release that is not known": [peer({}), { ...release, props: { ...release.props, content: unknown } }],
    "a peer that is not known": [resource(types.stack, { peers: unknown }), release],
  },
});
