import { accepted, type Rule, repeated } from "./rule.ts";

export const peersRules = {
  eachSenderOnce: {
    keys: ["senders[].name", "senders[].stack"],
    says: "No two senders have the same name or the same stack.",
    *broken({ senders }) {
      for (const key of ["name", "stack"] as const) {
        const values = accepted(senders).flatMap(([index, { [key]: value }]) =>
          value === undefined ? [] : [[index, value] as const],
        );
        for (const index of repeated(values)) {
          yield { path: ["senders", index, key], remedy: `a ${key} that no other sender has` };
        }
      }
    },
  },
  anAddressIsOneSenders: {
    keys: ["senders[].addresses"],
    says: "No two senders have the same address: a certificate counts from its own sender's addresses alone.",
    *broken({ senders }) {
      const list = accepted(senders);
      for (const [place, [index, { addresses }]] of list.entries()) {
        for (const [position, address] of accepted(addresses)) {
          if (!list.slice(0, place).some(([, other]) => other.addresses?.includes(address))) continue;
          yield {
            path: ["senders", index, "addresses", position],
            remedy: "an address that no other sender comes from",
          };
        }
      }
    },
  },
  // Each root could issue certificates for the other's name.
  aRootIsOneSenders: {
    keys: ["senders[].rootFingerprints"],
    says: "No two senders have the same root: it could issue certificates for the name of either.",
    *broken({ senders }) {
      const list = accepted(senders);
      for (const [place, [index, { rootFingerprints }]] of list.entries()) {
        for (const [position, fingerprint] of accepted(rootFingerprints)) {
          if (!list.slice(0, place).some(([, other]) => other.rootFingerprints?.includes(fingerprint))) continue;
          yield {
            path: ["senders", index, "rootFingerprints", position],
            remedy: "a root that no other sender has",
          };
        }
      }
    },
  },
} satisfies Record<string, Rule>;
