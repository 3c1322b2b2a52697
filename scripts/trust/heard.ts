import { isIPv4 } from "node:net";
import { normaliseFingerprint } from "@metrics-link/contract";
import { wrongValue } from "../stack/command-line.ts";
import type { ConfiguredPeer } from "../stack/configured-peers.ts";

/** Options for what a peer's people read out. */
export const heardOptions = {
  fingerprint: { type: "string", multiple: true },
  address: { type: "string", multiple: true },
  label: { type: "string", multiple: true },
} as const;

export type Heard = ConfiguredPeer["pins"];

/** What was heard, judged by its form before anything is read. @throws UsageError */
export function heardIn(given: { fingerprint?: string[]; address?: string[]; label?: string[] }): Heard {
  const { fingerprint = [], address = [], label = [] } = given;
  const rootFingerprints = fingerprint.map((text) => {
    // Spoken in groups, or with colons.
    if (/^([0-9a-f][:\s]*){64}$/i.test(text)) return normaliseFingerprint(text);
    throw wrongValue("--fingerprint", text, "a SHA-256 of 32 bytes in hexadecimal");
  });
  const notAnAddress = address.find((text) => !isIPv4(text));
  if (notAnAddress !== undefined) throw wrongValue("--address", notAnAddress, "an IPv4 address");
  const pairs = label.map((text) => {
    const [, name, value] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
    if (name === undefined || value === undefined) throw wrongValue("--label", text, "NAME=VALUE");
    return [name, value] as const;
  });
  const labels = pairs.length === 0 ? {} : { labels: Object.fromEntries(pairs) };
  return { rootFingerprints, addresses: address, ...labels };
}

/** Whether its people read anything out. */
export const isAnyHeard = ({ rootFingerprints, addresses, labels }: Heard): boolean =>
  rootFingerprints.length + addresses.length > 0 || labels !== undefined;
