import { isIPv4 } from "node:net";
import { InvalidInputError, type Problem } from "@metrics-link/contract";

/** Whom to trust: the trust bundle of one peer, and the one name its leaf must carry. */
export interface PeerIdentity {
  /** Names the trust bundle, `tls/roots/<name>.pem`. */
  readonly name: string;
  readonly dnsName: string;
}

/** A sender as the receiver knows it. */
export interface SenderPeer extends PeerIdentity {
  /** Its source addresses, IPv4. */
  readonly addresses: readonly string[];
}

/** The receiver as the sender knows it. */
export interface ReceiverPeer extends PeerIdentity {
  /** The load balancer's Elastic IPs, IPv4. */
  readonly addresses: readonly string[];
  /** TCP; default 443. */
  readonly port?: number;
  /** Sent in the ClientHello and as Host; default `dnsName`. The certificate is always checked against `dnsName`. */
  readonly serverName?: string;
}

/** The name of the filter chain for source addresses that belong to no sender; no sender may have this name. */
export const unknownSource = "elsewhere";

/** Names become file names, secret names and parts of counters, in which a dot would begin a new part. */
export const peerName = /^[a-z][a-z0-9-]*$/;
export const dnsName = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/;

/** @throws InvalidInputError listing every problem that would make two senders indistinguishable */
export function requireSoundSenders(senders: readonly SenderPeer[]): void {
  const problems = senders.flatMap((sender, index) => {
    const key = `senders[${index}]`;
    const before = senders.slice(0, index);
    return [
      ...identityProblems(key, sender),
      ...addressProblems(key, sender.addresses),
      ...(sender.name === unknownSource
        ? [
            {
              key: `${key}.name`,
              value: sender.name,
              remedy: "another name; this one is reserved for unknown source addresses",
            },
          ]
        : []),
      ...(before.some(({ name }) => name === sender.name)
        ? [{ key: `${key}.name`, value: sender.name, remedy: "a name that no other sender has" }]
        : []),
      ...sender.addresses
        .filter((address) => before.some(({ addresses }) => addresses.includes(address)))
        .map((value) => ({ key: `${key}.addresses`, value, remedy: "an address that no other sender comes from" })),
    ];
  });
  refuse("The receiver's Envoy cannot tell its senders apart", problems);
}

/** @throws InvalidInputError */
export function requireSoundReceiver(receiver: PeerIdentity & { readonly addresses: readonly string[] }): void {
  refuse("The sender's Envoy cannot reach this receiver", [
    ...identityProblems("receiver", receiver),
    ...addressProblems("receiver", receiver.addresses),
  ]);
}

function identityProblems(key: string, peer: PeerIdentity): Problem[] {
  return [
    ...(peerName.test(peer.name)
      ? []
      : [{ key: `${key}.name`, value: peer.name, remedy: "a-z, 0-9 and -, beginning with a letter" }]),
    ...(dnsName.test(peer.dnsName)
      ? []
      : [{ key: `${key}.dnsName`, value: peer.dnsName, remedy: "one lower-case DNS name without a wildcard" }]),
  ];
}

function addressProblems(key: string, addresses: readonly string[]): Problem[] {
  const wrong = addresses.filter((address, index) => !isIPv4(address) || addresses.indexOf(address) < index);
  return [
    ...(addresses.length === 0
      ? [{ key: `${key}.addresses`, value: addresses, remedy: "at least one IPv4 address; none would mean all" }]
      : []),
    ...wrong.map((value) => ({
      key: `${key}.addresses`,
      value,
      remedy: "single IPv4 addresses without a prefix length, each once",
    })),
  ];
}

export function refuse(subject: string, problems: readonly Problem[]): void {
  if (problems.length > 0) throw new InvalidInputError(subject, problems, "ENVOY_CONFIGURATION_INVALID");
}
