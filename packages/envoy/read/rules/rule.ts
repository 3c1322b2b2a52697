import type { Lookup } from "../files.ts";
import { isService } from "../schema/services.ts";
import { anchorsOf, type Fault } from "../trust.ts";
import type { Chain, Listener, Role, Tls, View } from "../view.ts";

/** What is known about a link apart from its Envoy configuration. */
export interface Facts {
  /** The role of this side; if absent, the role that the bootstrap states. */
  readonly role?: Role | undefined;
  /** The files of the release. If absent, their content is not checked. */
  readonly lookup?: Lookup | undefined;
  /** A receiver's senders, or a sender's one receiver. If absent, identities are not checked. */
  readonly peers?: readonly Peer[] | undefined;
  /** The declared metrics services and query services. If absent, it is not known which there should be. */
  readonly services?: readonly Service[] | undefined;
}

/** A declared metrics service or query service. */
export interface Service {
  /** Of its listener and its cluster. */
  readonly listener: string;
  /** `0.0.0.0:3081` */
  readonly place: string;
  /** Absent: in clear. */
  readonly clients?: readonly { readonly dnsName: string; readonly addresses: readonly string[] }[] | undefined;
  /** Pinned roots of the clients: SHA-256 as OpenSSL writes it. */
  readonly fingerprints: readonly string[];
  /** `127.0.0.1:3000`, or the path of a unix socket. */
  readonly server: string;
  /** Its one page, or what of Prometheus is read. */
  readonly serves: string;
}

/** A peer. Absent fields are unknown and not checked. */
export interface Peer {
  /** For a sender, also the name of its filter chain. */
  readonly name: string;
  readonly dnsName?: string | undefined;
  /** From its contract. */
  readonly addresses?: readonly string[] | undefined;
  /** Pinned in the configuration, so agreed to by a person. */
  readonly pinnedAddresses?: readonly string[] | undefined;
  /** A receiver's TCP port. */
  readonly port?: number | undefined;
  /** Pinned roots: SHA-256 as OpenSSL writes it. */
  readonly fingerprints?: readonly string[] | undefined;
}

/** A requirement on an Envoy configuration, read by reviewers and checked by `check`. */
export interface Rule {
  readonly id: string;
  readonly fence: "client identity" | "server identity" | "pki";
  /** What must hold. */
  readonly rule: string;
  /** What could happen otherwise. */
  readonly reason: string;
  readonly remedy: string;
  /** A design decision, an RFC or Envoy's documentation. */
  readonly source: string;
  readonly check: (view: View, facts: Facts) => Iterable<Fault>;
}

export const roleOf = (view: View, { role }: Facts): Role | undefined => role ?? view.role;

/** Filter chains of the link's listeners that are not on loopback, with or without TLS. */
export const publicChains = (view: View): readonly Chain[] =>
  view.listeners.filter(({ name, address }) => !address.isLocal && !isService(name)).flatMap(({ chains }) => chains);

/** Listeners of metrics services and query services, wherever they stand. */
export const serviceListeners = (view: View): readonly Listener[] =>
  view.listeners.filter(({ name }) => isService(name));

/** Every chain that a client's certificate is demanded on: the public ones, and those of services with TLS, on loopback too. */
export const guardedChains = (view: View): readonly Chain[] => [
  ...publicChains(view),
  ...serviceListeners(view).flatMap(({ address, chains }) =>
    chains.filter(({ tls }) => !address.isLocal || tls !== undefined),
  ),
];

/** Name of the filter chain for unknown source addresses on a receiver with one sender. */
export const unknownSource = "elsewhere";

/** The peer that a chain belongs to. The chain for unknown source addresses trusts the single sender. */
export function senderOf({ name }: Chain, peers: readonly Peer[]): Peer | undefined {
  const named = peers.find((peer) => peer.name === name);
  return named ?? (name === unknownSource && peers.length === 1 ? peers[0] : undefined);
}

/** RFC 8446 only: older handshakes send the client's certificate in clear text. */
export function* onlyTls13({ common }: Tls): Generator<Fault> {
  for (const [bound, field] of [
    ["minimum", "tls_minimum_protocol_version"],
    ["maximum", "tls_maximum_protocol_version"],
  ] as const) {
    const version = common.at("tls_params", field);
    if (version.text !== "TLSv1_3") {
      yield {
        path: version.path,
        message: `the ${bound} TLS version is ${version.text ?? "not set"} instead of TLSv1_3`,
      };
    }
  }
}

/**
 * The context must trust one bundle of the release and nothing else; if pins are known, only pinned roots.
 * @param pinned `undefined` if the pins are unknown
 */
export function* onlyPinned(tls: Tls, { lookup }: Facts, pinned: readonly string[] | undefined): Generator<Fault> {
  const anchors = anchorsOf(tls, lookup);
  if ("fault" in anchors) {
    yield anchors.fault;
    return;
  }
  const { fingerprints, file } = anchors.found;
  if (fingerprints === undefined) return;
  const { path } = tls.common;
  if (fingerprints.length === 0) yield { path, message: `${file} holds no certificate` };
  if (pinned === undefined) return;
  for (const fingerprint of fingerprints.filter((one) => !pinned.includes(one))) {
    const pins = pinned.join(", ") || "none";
    yield { path, message: `${file} holds ${fingerprint}, which is not pinned for this peer (pinned: ${pins})` };
  }
}
