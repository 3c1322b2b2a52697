import type { Markup, Part } from "@metrics-link/report/markup.ts";
import { daysLeft } from "../checks/certificates.ts";
import type { AuditEvidence, PeerEvidence, StackEvidence } from "../evidence.ts";
import { within } from "../rows.ts";
import { h } from "./html.ts";
import { table } from "./table.ts";
import { code, notKnown, shown } from "./words.ts";

/** The answer to the question of the page: everybody who can write, and with what. */
export function writers(evidence: AuditEvidence): Markup {
  const receivers = evidence.stacks.filter(({ configuration }) => configuration.role === "receiver");
  const rows = receivers.flatMap((receiver) => receiver.peers.map((sender) => writerRow(evidence, receiver, sender)));
  return h(
    "section",
    "",
    h("h2", "", "Who can write"),
    receivers.length === 0
      ? h("p", "", notKnown("no receiver's stack was audited"))
      : h(
          "p",
          "quiet",
          "These senders and nobody else. Each needs all of it at once: its address, a certificate of its own root, and its exact name. Samples may carry any labels: they are not bound to the sender that writes them. A process on the receiver's host, or on a sender's, can write as well.",
        ),
    receivers.length === 0
      ? undefined
      : table(["Sender", "From address", "Exact name (SAN)", "Root, SHA-256", "Certificate"], rows),
  );
}

function writerRow(evidence: AuditEvidence, receiver: StackEvidence, sender: PeerEvidence): Part[] {
  const { contract, name, stack, pins } = sender;
  const account = shown(contract, ({ accountId }) => `account ${accountId}`);
  const who = [h("strong", "", name), h("span", "source", stack), h("span", "source", account)];
  if (sender.suspended !== undefined) return [who, "suspended: nobody", sender.suspended, "none", "none"];
  return [
    who,
    shown(contract, (found) =>
      found.role === "sender"
        ? found.egressAddresses.map((address) => h("span", "line", address))
        : notKnown("it is no sender"),
    ),
    shown(contract, ({ dnsName }) => code(dnsName)),
    pins.rootFingerprints.length > 0
      ? pins.rootFingerprints.map((pin) => h("div", "", code(pin)))
      : notKnown("no root is pinned"),
    certificateOf(evidence, receiver, sender),
  ];
}

/** From the sender's own host where that is audited too; else from the last handshake that the receiver saw. */
function certificateOf({ stacks, takenAt }: AuditEvidence, receiver: StackEvidence, sender: PeerEvidence): Part {
  const left = (serial: string, notAfter: string, source: string) => [
    code(serial),
    h("span", "source", `until ${notAfter}, ${daysLeft(notAfter, takenAt).toFixed(1)} days left; ${source}`),
  ];
  const own = stacks.find(({ stack }) => sender.stack.endsWith(`/${stack}`));
  if (own !== undefined) {
    return shown(
      within(own.host, ({ certificates }) => certificates),
      ({ chain: [leaf] }) => (leaf ? left(leaf.serial, leaf.notAfter, "on its host") : "none yet"),
    );
  }
  return shown(
    within(receiver.host, ({ handshakes }) => handshakes),
    ({ accepted }) => {
      const line = accepted.find(({ filter_chain }) => filter_chain === sender.name);
      if (line === undefined) return notKnown("it has not connected lately");
      return left(String(line.peer_serial), String(line.peer_not_after), "seen in its last handshake");
    },
  );
}
