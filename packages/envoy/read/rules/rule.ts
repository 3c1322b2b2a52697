import { anchorsOf, type Fault, type Lookup } from "../trust.ts";
import type { Chain, Role, Tls, View } from "../view.ts";

/** What is known about a link besides its Envoy configuration. */
export interface Facts {
  /** Which end it is; without it, the end that the bootstrap says it is. */
  readonly role?: Role | undefined;
  /** The files of the release. Without them nothing is said of their content. */
  readonly lookup?: Lookup | undefined;
  /** The other ends: a receiver's senders, or a sender's one receiver. Without them nothing is said about who is who. */
  readonly peers?: readonly Peer[] | undefined;
}

/** Another end. What is absent is not known here, and not judged. */
export interface Peer {
  /** A sender's is that of its filter chain. */
  readonly name: string;
  readonly dnsName?: string | undefined;
  /** As its contract says. */
  readonly addresses?: readonly string[] | undefined;
  /** To which a person agreed. */
  readonly pinnedAddresses?: readonly string[] | undefined;
  /** TCP, of a receiver. */
  readonly port?: number | undefined;
  /** Pinned roots: SHA-256 as OpenSSL writes it. */
  readonly fingerprints?: readonly string[] | undefined;
}

/** A sentence about an Envoy configuration, which a reviewer reads and a program checks. */
export interface Rule {
  readonly id: string;
  readonly fence: "client identity" | "server identity" | "pki";
  /** What must hold. */
  readonly rule: string;
  /** What could happen otherwise. */
  readonly reason: string;
  readonly remedy: string;
  /** Where it comes from: a design decision, an RFC, Envoy's documentation. */
  readonly source: string;
  readonly check: (view: View, facts: Facts) => Iterable<Fault>;
}

export const roleOf = (view: View, { role }: Facts): Role | undefined => role ?? view.role;

/** A filter chain that is reached from outside, over TLS or not. */
export const publicChains = (view: View): readonly Chain[] =>
  view.listeners.filter(({ address }) => !address.isLocal).flatMap(({ chains }) => chains);

/** The chain for unknown source addresses, which a receiver with one sender has. */
export const unknownSource = "elsewhere";

/** Whose chain it is. The one for unknown addresses believes the single sender. */
export function senderOf({ name }: Chain, peers: readonly Peer[]): Peer | undefined {
  const named = peers.find((peer) => peer.name === name);
  return named ?? (name === unknownSource && peers.length === 1 ? peers[0] : undefined);
}

/** RFC 8446 only: an older handshake shows the client's certificate in clear, and can be resumed. */
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
 * One bundle of the release and nothing else; with pins, exactly roots that are pinned.
 * @param pinned `undefined` where the pins are not known
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
