import { specifyRelease } from "../support/specification.ts";

specifyRelease("one-chain-per-sender", "receiver", {
  "a network instead of an address": [
    (it) =>
      it.chain((chain) => {
        chain.filter_chain_match.source_prefix_ranges[0].prefix_len = 8;
      }),
    /prefix_len of 203.0.113.10 is 8/,
  ],
  "a chain for any address": [
    (it) =>
      it.chain((chain) => {
        delete chain.filter_chain_match;
      }),
    /it accepts any address/,
  ],
  "a chain that nobody declared": [
    (it) =>
      it.chain((chain) => {
        chain.name = "guest";
      }),
    /guest leads somewhere and is no declared sender/,
  ],
  "two chains for one address and root": [
    (it) =>
      it.envoy(({ static_resources: { listeners } }) => {
        listeners[0].filter_chains.push(structuredClone(listeners[0].filter_chains[0]));
      }),
    /has 2 filter chains instead of one/,
  ],
});
