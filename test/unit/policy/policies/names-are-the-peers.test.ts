import { types } from "@metrics-link/policy/model/types.ts";
import { namesAreThePeers } from "@metrics-link/policy/policies/names-are-the-peers.ts";
import { addresses, names, releaseObject, resource } from "../support/example.ts";
import { specify, unknown } from "../support/specification.ts";

const peer = (change: object) =>
  resource(types.stack, {
    peers: [
      { stack: "organization/metrics-link/sender", dnsName: names.sender, addresses: addresses.sender, ...change },
    ],
  });
const release = releaseObject("receiver");

specify(namesAreThePeers, {
  role: "receiver",
  passes: { "what the peer says": [peer({}), release] },
  fails: {
    "another name": [[peer({ dnsName: "other.internal" }), release], /instead of other.internal/],
    "another address": [[peer({ addresses: ["192.0.2.1"] }), release], /203.0.113.10 instead of 192.0.2.1/],
    "no peer": [[resource(types.stack, {}), release], /filter chain account-a is no peer's/],
    "another stack": [
      [peer({ stack: "organization/metrics-link/other" }), release],
      /filter chain account-a is no peer's/,
    ],
  },
  undecidable: {
    "a release that is not known": [peer({}), { ...release, props: { ...release.props, content: unknown } }],
    "a peer that is not known": [resource(types.stack, { peers: unknown }), release],
  },
});
