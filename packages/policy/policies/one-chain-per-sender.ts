import { downstreamContexts, type FilterChain, leadsSomewhere } from "../model/envoy.ts";
import { releaseRule } from "../model/release.ts";
import { anchorsOf } from "../model/tls.ts";

export const oneChainPerSender = releaseRule(
  {
    name: "one-chain-per-sender",
    fence: "client identity",
    rule: "A declared sender has at most one chain that leads somewhere, for its own single addresses and its own roots.",
    reason: "Two senders in one chain, or one root in two, could pose as each other; another chain is another way in.",
    remedy: "Declare every sender in senders[] of the configuration, and give none of them another's address or root.",
    source: "docs/architecture.md, fence 2; docs/decisions/0100",
  },
  function* (release, { configuration }) {
    const declared = configuration.role === "receiver" ? configuration.senders.map(({ name }) => name) : [];
    for (const envoy of release.envoys) {
      const chains = downstreamContexts(envoy ?? {}).filter(({ chain }) => leadsSomewhere(chain));
      const names = chains.map(({ chain }) => chain.name ?? "without a name");
      for (const name of names.filter((one) => !declared.includes(one))) {
        yield `filter chain ${name} leads somewhere and is no declared sender's (declared: ${declared.join(", ") || "none"})`;
      }
      for (const name of declared.filter((one) => names.filter((other) => other === one).length > 1)) {
        yield `sender ${name} has ${names.filter((other) => other === name).length} filter chains instead of one`;
      }
      yield* singleAddresses(chains);
      yield* twice(
        chains.flatMap(({ chain }) => rangesOf(chain).map(({ address_prefix }) => address_prefix ?? "?")),
        "address",
      );
      const roots = chains.map(({ context }) => anchorsOf(release, context));
      yield* twice(
        roots.flatMap((one) => ("fingerprints" in one ? one.fingerprints : [])),
        "root",
      );
    }
  },
);

const rangesOf = (chain: FilterChain) => chain.filter_chain_match?.source_prefix_ranges ?? [];

function* singleAddresses(chains: readonly { readonly where: string; readonly chain: FilterChain }[]) {
  for (const { where, chain } of chains) {
    const ranges = rangesOf(chain);
    if (ranges.length === 0) yield `${where}: no source_prefix_ranges, so that any address is let in`;
    for (const { address_prefix, prefix_len } of ranges.filter((range) => range.prefix_len !== 32)) {
      yield `${where}: prefix_len of ${address_prefix} is ${prefix_len ?? "not set, which means 0"} instead of 32`;
    }
  }
}

function* twice(values: readonly string[], what: string) {
  for (const value of new Set(values.filter((one, index) => values.indexOf(one) < index))) {
    yield `the ${what} ${value} is in two filter chains`;
  }
}
