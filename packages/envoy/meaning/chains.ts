import type { FilterChain } from "../listener.ts";
import { type Finding, findingsOf, type Unchecked } from "./finding.ts";
import { routesOf } from "./routes.ts";

/** A chain leads somewhere if one of its routes names a cluster. */
export const leadsSomewhere = (chain: Unchecked<FilterChain>): boolean =>
  routesOf(chain).some((route) => route.route?.cluster !== undefined);

/** Each sender comes from single addresses, which are no other sender's. */
export function checkAddresses(where: string, chains: readonly Unchecked<FilterChain>[]): Finding[] {
  const leading = chains.filter(leadsSomewhere);
  const all = leading.flatMap((chain) => rangesOf(chain).map(({ address_prefix }) => address_prefix));
  const twice = all.filter((address, index) => all.indexOf(address) < index);
  return [
    ...leading.flatMap((chain) => {
      const ranges = rangesOf(chain);
      return findingsOf("source-address", `${where}, filter chain ${chain.name}`)(
        [ranges.length === 0, "no source_prefix_ranges: any address is let in"],
        ...ranges.map(
          (range) =>
            [
              range.prefix_len !== 32,
              `prefix_len of ${range.address_prefix} is ${range.prefix_len ?? "missing, which means 0"} instead of 32`,
            ] as const,
        ),
      );
    }),
    ...findingsOf("source-address", where)([twice.length > 0, `in two filter chains: ${twice.join(", ")}`]),
  ];
}

const rangesOf = (chain: Unchecked<FilterChain>) => chain.filter_chain_match?.source_prefix_ranges ?? [];

/** A root that two senders share would let each of them pose as the other. */
export function checkRootsApart(where: string, chains: readonly Unchecked<FilterChain>[]): readonly Finding[] {
  const roots = chains.filter(leadsSomewhere).map(rootOf);
  const twice = roots.filter((root, index) => root !== undefined && roots.indexOf(root) < index);
  return findingsOf("roots-apart", where)([twice.length > 0, `one root for two senders: ${twice.join(", ")}`]);
}

function rootOf(chain: Unchecked<FilterChain>): string | undefined {
  const context = chain.transport_socket?.typed_config?.common_tls_context;
  const sds = context?.combined_validation_context?.validation_context_sds_secret_config;
  return sds?.sds_config?.path_config_source?.path ?? context?.validation_context?.trusted_ca?.filename;
}
