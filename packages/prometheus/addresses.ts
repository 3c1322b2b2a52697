import { isIPv4 } from "node:net";

/** Names of this host, which need no right to connect. */
const isLoopback = (host: string) => /^(localhost|127(\.\d+){3}|\[::1\])$/.test(host);

/** Whether this is the address of a host: not 0/8, link-local (the metadata service), multicast or reserved (RFC 6890). */
export const isHost = (address: string): boolean =>
  isIPv4(address) && !/^(0|169\.254|22[4-9]|2[3-5]\d)\./.test(address);

/** The address that a target needs a right to connect to; undefined for loopback. The form of a target is `scrapeJob`'s. */
export function addressOf(target: string): string | undefined {
  const host = target.replace(/:\d+$/, "");
  return isLoopback(host) ? undefined : host;
}
