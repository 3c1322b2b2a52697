import { addressesIn } from "@metrics-link/contract";
import { publicChains } from "@metrics-link/envoy/read/index.ts";
import { egressCheck, ports } from "@metrics-link/release";
import type { Finding } from "@metrics-link/report";
import type { Declared, Endpoint, EvidencePart, Observed, PeerEvidence, StackEvidence } from "../evidence.ts";
import { both, from, judge, unlike, within } from "../judge.ts";
import { runningOf } from "./envoy.ts";
import { isManagedEndpoint, isManagedGroup } from "./managed.ts";
import { surroundingFinding } from "./surroundings.ts";
import { declaredRules, waysFinding } from "./ways.ts";

const api = "EC2 API, compared with the state";

/** Fence 1: what AWS lets in and out now, rule by rule, against the state, the outputs of the peers and the pins. */
export function addressFindings(stack: StackEvidence): Finding[] {
  const { configuration, declared, observed } = stack;
  const seen = both(declared, observed);
  return [
    configuration.role === "receiver" ? admittedSenders(stack) : allowedReceiver(stack),
    ...groupFindings(declared, observed),
    endpointsFinding(stack),
    configuration.role === "receiver" ? balancerFinding(declared) : egressFinding(stack),
    waysFinding(stack),
    surroundingFinding(stack, "routes"),
    surroundingFinding(stack, "dns"),
    surroundingFinding(stack, "balancer"),
    judge("the host in its network", "EC2 API", seen, ([{ instanceId, groups }, { instance, account }]) => ({
      wrong: [
        ...(account === configuration.account.id
          ? []
          : [`the host is in account ${account}, not ${configuration.account.id}`]),
        ...(instance.id === instanceId ? [] : [`the instance is ${instance.id}, the state has ${instanceId}`]),
        ...(instance.state === "running" ? [] : [`the instance is ${instance.state}`]),
        ...(instance.publicAddress ? [`the instance has the public address ${instance.publicAddress}`] : []),
        ...(instance.keyName ? [`the instance has the key pair ${instance.keyName}`] : []),
        ...(instance.httpTokens === "required"
          ? []
          : [`its metadata tokens are ${instance.httpTokens ?? "not known"}`]),
        ...unlike("the instance", idsOf(groups, /-host$/), instance.groups),
      ],
      fine: `${instance.id}, no public address, no key pair, IMDSv2 required, only in ${instance.groups.join(", ")}`,
    })),
  ];
}

/** Which addresses reach the load balancer. */
function admittedSenders({ peers: configured, declared, observed }: StackEvidence): Finding {
  const peers = configured.filter(({ suspended }) => suspended === undefined);
  const offered = peers.map(({ contract }) =>
    within(contract, (peer) =>
      peer.role === "sender" ? { value: peer.egressAddresses } : { error: "the peer is not a sender" },
    ),
  );
  const wanted = offered.reduce<EvidencePart<readonly string[]>>(
    (sum, one) => within(both(sum, one), ([all, some]) => ({ value: [...all, ...some] })),
    { value: [] },
  );
  const seen = both(wanted, both(declared, observed));
  const source = "EC2 API, compared with the senders' own outputs and with the pins of the configuration";
  return judge("who is let in at the load balancer", source, seen, ([all, [{ balancer }, { groups }]]) => {
    const attached = groups.filter(({ id }) => balancer?.groups.includes(id));
    const rules = all.map((address) => `ingress tcp ${ports.https} ${address}/32`);
    const found = attached.flatMap((group) => group.rules.filter((rule) => rule.startsWith("ingress ")));
    const where = attached.map(({ name, id }) => `${name} (${id})`).join(", ") || "no group of the load balancer";
    const pinned = peers.flatMap(({ pins }) =>
      pins.addresses.map((address) => `ingress tcp ${ports.https} ${address}/32`),
    );
    const notPinned = found.filter((rule) => !pinned.includes(rule)).map((rule) => `${rule} is pinned for no sender`);
    return {
      wrong: [...unlike(where, rules, found), ...notPinned],
      fine: `${found.join(", ") || "nobody"} in ${where}, which is ${peers.map(({ name }) => name).join(", ") || "no sender"} and nobody else`,
    };
  });
}

/** At the sender: where its host may go on the internet. */
function allowedReceiver({ configuration, peers: [receiver], declared, observed }: StackEvidence): Finding {
  const wanted = within(receiver?.contract ?? { error: "there is no receiver" }, (contract) => {
    if (contract.role !== "receiver") return { error: "the peer is not a receiver" };
    return { value: receiver?.suspended === undefined ? contract.endpointAddresses : [] };
  });
  const seen = both(wanted, both(declared, observed));
  const source = `EC2 API, compared with the output of ${receiver?.stack}`;
  return judge("where the sender may go", source, seen, ([addresses, [{ groups: ours }, { groups }]]) => {
    const own = groups.filter(({ id }) => idsOf(ours, /-host$/).includes(id));
    const rules = addresses.map((address) => `egress tcp ${ports.https} ${address}/32`);
    // For the check of ways to targets.
    const others = declaredRules(configuration.network);
    const found = own
      .flatMap((group) => group.rules.filter((rule) => /^egress .*[.:]\S*\/\d+$/.test(rule)))
      .filter((rule) => !others.includes(rule));
    const where = own.map(({ name, id }) => `${name} (${id})`).join(", ") || "no group of the host";
    return { wrong: unlike(where, rules, found), fine: `${found.join(", ")} in ${where}, and its endpoints` };
  });
}

/** Every group of the network: a rule that Pulumi did not make is as bad as a missing one. */
function groupFindings(declared: EvidencePart<Declared>, observed: EvidencePart<Observed>): Finding[] {
  return [
    judge("security groups", api, both(declared, observed), ([state, now]) => {
      const others = now.groups.filter(({ id }) => !state.groups.some((group) => group.id === id));
      const strangers = others.filter((group) => !isManagedGroup(group) && group.rules.length > 0);
      return {
        wrong: [
          ...state.groups.flatMap(({ id, name, rules }) => {
            const found = now.groups.find((group) => group.id === id);
            if (found === undefined) return [`${name} (${id}) is missing`];
            return unlike(`group ${name} (${id})`, rules, found.rules);
          }),
          ...strangers.map(({ id, name }) => `${name} (${id}) is in this network but not in the state`),
        ],
        fine: [...state.groups, ...others.filter(isManagedGroup)]
          .map(({ id, name, rules }) => `${name} (${id}): ${rules.join(", ") || "no rules"}`)
          .join("; "),
      };
    }),
  ];
}

/**
 * Every endpoint of the network is a way out of it. Endpoints of AWS have policies; endpoints of a third party have none,
 * so the configuration names each.
 */
function endpointsFinding({ configuration: { account, network }, declared, observed }: StackEvidence): Finding {
  return judge("endpoints, each a way out", api, both(declared, observed), ([state, now]) => {
    const isOfAws = ({ service }: Endpoint) => service.startsWith(`com.amazonaws.${account.region}.`);
    const undeclared = now.endpoints.filter((one) => !isOfAws(one) && !network.endpointServices.includes(one.service));
    const ofOthers = "a third party's service named in the configuration; no endpoint policy limits what passes";
    return {
      wrong: [
        ...unlike(
          "the network",
          state.endpoints.map(textOf),
          now.endpoints.filter((one) => !isManagedEndpoint(one, account.region)).map(textOf),
        ),
        ...undeclared.map((one) => `${textOf(one)} is not in network.endpointServices`),
      ],
      fine: now.endpoints.map((one) => `${textOf(one)}, ${isOfAws(one) ? "within its policy" : ofOthers}`).join("; "),
    };
  });
}

const textOf = ({ id, service }: Endpoint) => `${service} (${id})`;

function balancerFinding(declared: EvidencePart<Declared>): Finding {
  return judge("the load balancer's group and addresses", stateOnly, declared, ({ balancer, groups, addresses }) => {
    if (balancer === undefined) return { wrong: ["there is no load balancer in the state"], fine: "" };
    const own = addresses.filter(({ allocationId }) => balancer.allocations.includes(allocationId));
    return {
      wrong: [
        ...unlike("the load balancer", idsOf(groups, /-balancer(-\d+)?$/), balancer.groups),
        ...(own.length === balancer.allocations.length ? [] : ["one of its addresses does not belong to this stack"]),
      ],
      fine: `${balancer.groups.join(", ")} attached; ${own.map(({ address }) => address).join(", ")}`,
    };
  });
}

/**
 * This account's samples come from the one address in its contract, and what holds that address at AWS is there and as
 * the program declares it.
 */
function egressFinding({ declared, contract, changes }: StackEvidence): Finding {
  const seen = both(both(declared, contract), changes);
  return judge(egressCheck, "state, compared with AWS by a preview", seen, ([[state, own], found]) => {
    const claimed = own.role === "sender" ? own.egressAddresses : [];
    const attached = state.addresses.filter(({ allocationId }) => state.natAllocations.includes(allocationId));
    return {
      wrong: [
        ...unlike(
          "the NAT gateway's Elastic IP",
          claimed,
          attached.map(({ address }) => address),
        ),
        ...found
          .filter(({ resource }) => holdsEgress.test(resource))
          .map(({ operation, resource }) => `an update would ${operation} ${resource}`),
      ],
      fine: `${claimed.join(", ")}, ${state.natAllocations.join(", ")}, attached to the one NAT gateway`,
    };
  });
}

/** Peers trust, admit and dial what the exchange shows, and switch roots by it. */
export function exchangeFindings({ configuration: { exchange }, contract, shown }: StackEvidence): Finding[] {
  if (exchange === undefined || shown === undefined) return [];
  return [
    judge("what the exchange stack shows", `outputs of both stacks`, both(contract, shown), ([own, found]) => ({
      wrong:
        JSON.stringify(own) === JSON.stringify(found)
          ? []
          : [`${exchange} shows something else than this stack has put in force: update it`],
      fine: `${exchange} shows what this stack has put in force`,
    })),
  ];
}

const holdsEgress = /aws:ec2\/(eip|eipAssociation|natGateway):/;

/** Pulumi's refresh asks AWS about these, so a difference shows in the preview. */
const stateOnly = "state; the preview compares it with AWS";

const idsOf = (groups: Declared["groups"], name: RegExp) =>
  groups.filter((group) => name.test(group.name)).map(({ id }) => id);

/**
 * The addresses of a peer, from source control to Envoy's memory. A person agreed to the pinned ones, so what is let in is
 * compared with them, and not only with the peer's own output.
 */
export function pinnedAddressFindings(
  stack: StackEvidence,
  { name, stack: peerStack, pins, contract }: PeerEvidence,
): Finding[] {
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
        .map((one) => `${one} is pinned, but the peer no longer offers it: run npm run rotate -- follow to remove it`),
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

/** Addresses that single rules of any group of this network let through on 443; another check finds wider ranges. */
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
