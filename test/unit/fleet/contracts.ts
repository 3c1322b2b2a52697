/** Contracts of senders for tests, with real roots: openssl makes each once a process. */
import { selfSigned } from "../../support/openssl.ts";

const roots = new Map<string, ReturnType<typeof selfSigned>>();

export function rootOf(name: string): ReturnType<typeof selfSigned> {
  const found = roots.get(name) ?? selfSigned(name);
  roots.set(name, found);
  return found;
}

/** The outputs of the stack of a sender. */
export const outputsOf = (name: string, address: string, change: object = {}) => ({
  contract: {
    version: 1,
    role: "sender",
    accountId: "111111111111",
    rootBundle: rootOf(name).pem,
    dnsName: `metrics-sender.${name}.internal`,
    trusts: [],
    egressAddresses: [address],
    ...change,
  },
  contractLabels: { labels: { account: name, env: "test" } },
  contractVersions: { writes: 1, readableFrom: 1, reads: [1, 2] },
});
