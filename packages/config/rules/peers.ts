import type { Known } from "../known.ts";
import { accepted, type Contradiction, type Rule, repeated } from "./rule.ts";

/** Members of a list of a sender that a sender before it has too. */
function* sharedWithAnEarlierSender(
  { senders }: Known,
  key: "addresses" | "rootFingerprints",
  remedy: string,
): Generator<Contradiction> {
  const list = accepted(senders);
  for (const [place, [index, { [key]: members }]] of list.entries()) {
    for (const [position, member] of accepted(members)) {
      if (list.slice(0, place).some(([, other]) => other[key]?.includes(member)))
        yield { path: ["senders", index, key, position], remedy };
    }
  }
}

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
    broken: (known) => sharedWithAnEarlierSender(known, "addresses", "an address that no other sender comes from"),
  },
  // Each root could issue certificates for the other's name.
  aRootIsOneSenders: {
    keys: ["senders[].rootFingerprints"],
    says: "No two senders have the same root: it could issue certificates for the name of either.",
    broken: (known) => sharedWithAnEarlierSender(known, "rootFingerprints", "a root that no other sender has"),
  },
} satisfies Record<string, Rule>;
