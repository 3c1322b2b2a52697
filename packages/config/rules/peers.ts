import { carries, type Labels, peerOfFile, spellingOf } from "@metrics-link/contract";
import type { Known } from "../known.ts";
import { accepted, type Contradiction, type Rule, repeated } from "./rule.ts";

/** Members of a list of a sender that a sender before it has too. */
function* sharedWithAnEarlierSender(
  { senders }: Known,
  key: "addresses" | "rootFingerprints",
  remedy: string,
): Generator<Contradiction> {
  const owners = new Map<string, string | undefined>();
  for (const [index, { name, [key]: members }] of accepted(senders)) {
    for (const [position, member] of accepted(members)) {
      if (owners.has(member))
        yield { path: ["senders", index, key, position], remedy: `${remedy} (${owners.get(member)} has it)` };
    }
    for (const [, member] of accepted(members)) if (!owners.has(member)) owners.set(member, name);
  }
}

/** The peers of either role, each with its place. */
const peersIn = ({ peer, senders }: Known) => [
  ...(peer === undefined ? [] : [[["peer"], peer] as const]),
  ...accepted(senders).map(([index, sender]) => [["senders", index], sender] as const),
];

export const peersRules = {
  aPeerIsAStackOrAFile: {
    keys: ["peer.stack", "peer.contract", "senders[].stack", "senders[].contract"],
    says: "A peer is read either from its stack or from a file.",
    *broken(known) {
      for (const [place, { stack, contract }] of peersIn(known)) {
        if (stack === "") {
          yield { path: [...place, "stack"], remedy: "the peer's exchange stack, or contract with a file instead" };
        } else if (stack !== undefined && contract !== undefined && stack !== peerOfFile(contract)) {
          yield { path: [...place, "contract"], remedy: `no file, or no stack: the peer is ${stack} already` };
        }
      }
    },
  },
  theExchangeIsNoPeer: {
    keys: ["exchange", "peer.stack", "senders[].stack"],
    says: "A stack's own exchange is not its peer.",
    *broken(known) {
      if (known.exchange === undefined) return;
      for (const [place, { stack }] of peersIn(known)) {
        if (stack === known.exchange) {
          yield { path: [...place, "stack"], remedy: "the peer's exchange stack: this one is our own (exchange)" };
        }
      }
    },
  },
  eachSenderOnce: {
    keys: ["senders[].name", "senders[].stack", "senders[].contract"],
    says: "No two senders have the same name or the same stack, or files of the same name.",
    *broken({ senders }) {
      for (const key of ["name", "stack"] as const) {
        const values = accepted(senders).flatMap(([index, { [key]: value }]) =>
          value === undefined || value === "" ? [] : [[index, value] as const],
        );
        for (const index of repeated(values)) {
          const isFile = key === "stack" && senders?.[index]?.contract !== undefined;
          const wrong = isFile ? "contract" : key;
          yield { path: ["senders", index, wrong], remedy: `a ${isFile ? "file name" : key} that no other sender has` };
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
  // A sender that may carry the other's pair could speak for it.
  labelsAreOneSenders: {
    keys: ["senders[].labels"],
    says: "No two senders have the same pair of label and value, nor one that differs in case or Unicode form alone: a series with it could be of either.",
    *broken({ senders }) {
      const owners = new Map<string, { readonly sender: string | undefined; readonly value: string }>();
      for (const [index, { name: sender, labels = {} }] of accepted(senders)) {
        for (const [name, value] of Object.entries(labels)) {
          if (value === undefined) continue;
          const pair = JSON.stringify([name, value].map(spellingOf));
          const owner = owners.get(pair);
          if (owner === undefined) {
            owners.set(pair, { sender, value });
            continue;
          }
          const how = owner.value === value ? "" : " in another spelling, which people take for the same";
          const remedy = `a value that no other sender has (${owner.sender} has it${how}), or no such label: pin only what tells this sender from all others`;
          yield { path: ["senders", index, "labels", name], remedy };
        }
      }
    },
  },
  theReceiverIsNoSender: {
    keys: ["prometheus.externalLabels", "senders[].labels"],
    says: "A receiver's own labels are not those of a sender: what it federates would look like the sender's.",
    *broken({ role, prometheus, senders }) {
      if (role !== "receiver") return;
      const own = labelsIn(prometheus?.externalLabels);
      for (const [index, { labels }] of accepted(senders)) {
        if (labels !== undefined && carries(own, labelsIn(labels)))
          yield {
            path: ["senders", index, "labels"],
            remedy: "labels that this receiver has not (prometheus.externalLabels)",
          };
      }
    },
  },
} satisfies Record<string, Rule>;

const labelsIn = (labels: Readonly<Record<string, string | undefined>> = {}): Labels =>
  Object.fromEntries(Object.entries(labels).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
