import { addressesIn } from "@metrics-link/contract";
import { publicChains } from "@metrics-link/envoy/read/index.ts";
import { ports } from "@metrics-link/release";
import type { EvidencePart, PeerEvidence, StackEvidence } from "../evidence.ts";
import { both, from, judge, type Row, unlike, within } from "../rows.ts";
import { runningOf } from "./envoy.ts";

/**
 * Where the addresses of a peer stand, from source control to the memory of Envoy. A person agreed to the pinned ones, so
 * what is let in is held against them, and not only against what the peer says of itself.
 */
export function pinnedAddressRows(
  stack: StackEvidence,
  { name, stack: peerStack, pins, contract }: PeerEvidence,
): Row[] {
  const offered = from(contract, addressesIn);
  const about = (place: string) => `addresses of ${name}: ${place}`;
  const pinned = ({ addresses } = pins) => addresses.join(", ") || "none";
  const notPinned = (found: readonly string[]) =>
    found
      .filter((one) => !pins.addresses.includes(one))
      .map((one) => `${one} is not pinned for ${name} (pinned: ${pinned()})`);
  return [
    judge(about("pinned in configuration"), "source control", offered, (found) => ({
      wrong: pins.addresses
        .filter((one) => !found.includes(one))
        .map((one) => `${one} is pinned and not offered any more: npm run rotate -- follow takes it away`),
      fine: pinned(),
    })),
    judge(about(`offered by ${peerStack}`), "the peer's own output", offered, (found) => ({
      wrong: notPinned(found),
      fine: found.join(", "),
    })),
    judge(about("in the rules"), "EC2 API", both(offered, rulesOf(stack)), ([found, rules]) => {
      const peersOwn = rules.filter((one) => found.includes(one) || pins.addresses.includes(one));
      return { wrong: [...unlike("it", found, peersOwn), ...notPinned(peersOwn)], fine: peersOwn.join(", ") };
    }),
    judge(about("in Envoy's memory"), "config_dump of the running Envoy", runningAddresses(stack, name), (found) => ({
      wrong: notPinned(found),
      fine: found.join(", "),
    })),
  ];
}

/** Addresses that single rules of any group of this network let through on 443; wider ones are another row's finding. */
const rulesOf = ({ configuration: { role }, observed }: StackEvidence): EvidencePart<readonly string[]> =>
  from(observed, ({ groups }) => {
    const direction = role === "receiver" ? "ingress" : "egress";
    const rule = new RegExp(`^${direction} tcp ${ports.https} (\\S+)/32$`);
    return [...new Set(groups.flatMap(({ rules }) => rules.flatMap((one) => rule.exec(one)?.[1] ?? [])))];
  });

/** At the receiver the sources of the sender's chain, at the sender the endpoints of every cluster that leaves the host. */
function runningAddresses(stack: StackEvidence, name: string): EvidencePart<readonly string[]> {
  return within(runningOf(stack), ({ view }) => {
    if (stack.configuration.role === "receiver") {
      const sources = publicChains(view).find((one) => one.name === name)?.sources ?? [];
      return {
        value: sources.map(({ address, prefix }) => (prefix === 32 ? `${address}` : `${address}/${prefix ?? 0}`)),
      };
    }
    const endpoints = view.clusters.flatMap((cluster) => cluster.endpoints);
    return { value: endpoints.filter(({ isLocal }) => !isLocal).map(({ host, shown }) => host ?? shown) };
  });
}
