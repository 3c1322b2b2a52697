import { labelText } from "@metrics-link/contract";
import type { HandshakeLine } from "@metrics-link/release";
import {
  type Block,
  badge,
  code,
  type Inline,
  lines,
  notKnown,
  quiet,
  section,
  shown,
  shownBlocks,
  strong,
  table,
  text,
} from "@metrics-link/report";
import { daysLeft } from "../checks/certificates.ts";
import { runningOf } from "../checks/envoy.ts";
import { type AuditEvidence, isKnownAs, type PeerEvidence, type StackEvidence } from "../evidence.ts";
import { both, within } from "../judge.ts";

const each = (stacks: readonly StackEvidence[], show: (stack: StackEvidence) => readonly Block[]): Block[] =>
  stacks.map((stack) => section(stack.stack, show(stack), { isPart: true }));

/** The answer to the question of the page: everybody who can write, and with what. */
export function writers(evidence: AuditEvidence): Block {
  const receivers = evidence.stacks.filter(({ configuration }) => configuration.role === "receiver");
  if (receivers.length === 0) {
    return section("Who can write", [text(notKnown("no receiver's stack was audited"))]);
  }
  const rows = receivers.flatMap((receiver) => receiver.peers.map((sender) => writerCells(evidence, receiver, sender)));
  return section(
    "Who can write",
    [
      table(
        ["Sender", "From address", "Exact name (SAN)", "Root, SHA-256", "Certificate", "Labels of its series"],
        rows,
      ),
    ],
    {
      note:
        "These senders and nobody else. Each needs its address, a certificate of its own root, and its exact name. " +
        "The gate refuses series without the labels that are pinned, if its mode is enforce (below). A process on the receiver's host or on a sender's " +
        "host can write as well.",
    },
  );
}

function writerCells(evidence: AuditEvidence, receiver: StackEvidence, sender: PeerEvidence): Inline[] {
  const { contract, name, stack, pins } = sender;
  const account = shown(contract, ({ accountId }) => `account ${accountId}`);
  const who = [strong(name), quiet(stack), quiet(account)];
  if (sender.suspended !== undefined) return [who, "suspended: nobody", sender.suspended, "none", "none", "none"];
  return [
    who,
    shown(contract, (found) =>
      found.role === "sender" ? lines(...found.egressAddresses.map(code)) : notKnown("the peer is no sender"),
    ),
    shown(contract, ({ dnsName }) => code(dnsName)),
    pins.rootFingerprints.length > 0 ? lines(...pins.rootFingerprints.map(code)) : notKnown("no root is pinned"),
    certificateOf(evidence, receiver, sender),
    pins.labels === undefined
      ? "any: none are pinned"
      : lines(...Object.entries(pins.labels).map(([label, value]) => code(labelText(label, value)))),
  ];
}

/** From the sender's own host where that is audited too; else from the last handshake that the receiver saw. */
function certificateOf({ stacks, takenAt }: AuditEvidence, receiver: StackEvidence, sender: PeerEvidence): Inline {
  const left = (serial: string, notAfter: string, source: string): Inline => [
    code(serial),
    quiet(`until ${notAfter}, ${daysLeft(notAfter, takenAt).toFixed(1)} days left; ${source}`),
  ];
  const own = stacks.find((one) => isKnownAs(sender.stack, one));
  if (own !== undefined) {
    return shown(
      within(own.host, ({ certificates }) => certificates),
      ({ chain: [leaf] }) => (leaf ? left(leaf.serial, leaf.notAfter, "on its host") : "none yet"),
    );
  }
  return shown(
    within(receiver.host, ({ handshakes: found }) => found),
    ({ accepted }) => {
      const line = accepted.find(({ filter_chain }) => filter_chain === sender.name);
      if (line === undefined) return notKnown("it has not connected lately");
      return left(String(line.peer_serial), String(line.peer_not_after), "seen in its last handshake");
    },
  );
}

/** What each running Envoy lets through, route by route. */
export const routes = ({ stacks }: AuditEvidence): Block =>
  section(
    "What Envoy routes",
    each(stacks, (stack) =>
      shownBlocks(runningOf(stack), ({ view }) => [
        table(
          ["Listener", "Filter chain", "Request", "Cluster"],
          view.listeners.flatMap(({ name, address, chains }) =>
            chains.flatMap((chain) =>
              chain.routes
                .filter(({ leads }) => leads)
                .map(({ method, path, cluster }) => [
                  `${name}, ${address.isLocal ? "this host only" : "from outside, by TLS"}`,
                  chain.name,
                  code(`${method ?? "any method"} ${path ?? "any path"}`),
                  cluster ?? "no fixed cluster",
                ]),
            ),
          ),
        ),
      ]),
    ),
    { note: "From the configuration that runs. Envoy itself answers 404 to whatever matches no route." },
  );

/** The last accepted and refused handshakes, in Envoy's own words. */
export const handshakes = ({ stacks }: AuditEvidence): Block =>
  section(
    "Last handshakes",
    each(stacks, ({ host }) => [
      ...shownBlocks(
        within(host, ({ handshakes: found }) => found),
        ({ accepted, refused, since }) => [
          table(
            ["Result", "When", "Who", "Why"],
            [
              ...accepted.map((line) => cellsOf(badge("ok", "accepted"), line)),
              ...(refused.length === 0 ? [["refused", `none since ${since}`, "", ""]] : []),
              ...refused.map((line) => cellsOf(strong("refused"), line)),
            ],
          ),
        ],
      ),
      ...shownBlocks(
        within(host, ({ envoy }) => envoy),
        ({ counters, uptimeSeconds }) => {
          const counts = Object.entries(counters).map(([name, value]) => `${name} ${value}`);
          const since = `Counters of the ${Math.round(uptimeSeconds)} s since Envoy started`;
          return [text(quiet(`${since}: ${counts.join(", ") || "all zero"}.`))];
        },
      ),
    ]),
    {
      note: "From Envoy's log of the last days. Fence 1 drops packets before they reach a host, so no log shows them.",
    },
  );

function cellsOf(result: Inline, line: HandshakeLine): Inline[] {
  const name = line.peer_san ?? line.upstream_san ?? line.peer_subject ?? "without a certificate";
  const serial = line.peer_serial ? `, serial ${line.peer_serial}` : "";
  const who = [`${name}${serial}`, quiet(`${line.source ?? line.upstream ?? "address not logged"}`)];
  return [result, code(`${line.start ?? ""}`), who, resultOf(line)];
}

const resultOf = (line: HandshakeLine): string =>
  (Number(line.count) > 1 ? `${line.count} since ${line.first}: ` : "") +
  String(line.tls_failure ?? line.upstream_failure ?? (line.status ? `status ${line.status}` : (line.details ?? ""))) +
  (line.filter_chain ? `, filter chain ${line.filter_chain}` : "");

/** What runs, with version and hash. */
export const programs = ({ stacks }: AuditEvidence): Block =>
  section(
    "What runs",
    each(stacks, ({ host, declared }) => [
      ...shownBlocks(
        both(
          within(host, ({ units }) => units),
          within(host, ({ tools }) => tools),
        ),
        ([units, tools]) => [
          table(
            ["Unit", "Program", "SHA-256 of the running program", "Since"],
            units.map(({ unit, executable, sha256, since }) => {
              const tool = tools.find(({ sealed }) => sealed?.[executable ?? ""] !== undefined);
              const program = tool ? `${tool.name} ${tool.version}` : (executable ?? "none");
              return [unit, program, code(sha256 ?? "none"), since];
            }),
          ),
        ],
      ),
      ...shownBlocks(declared, ({ release }) => [
        text(["Release ", code(release.id), ", agent ", code(release.document.agent.sha256)]),
      ]),
    ]),
  );

/** When each tier was last issued, and the last updates. */
export const rotations = ({ stacks, takenAt }: AuditEvidence): Block =>
  section(
    "Last rotations",
    each(stacks, ({ host, pki, updates }) => [
      ...shownBlocks(
        both(
          within(host, ({ certificates }) => certificates),
          pki,
        ),
        ([{ chain, ownRoots }, { generations, leaf }]) => {
          const leafGeneration = `${leaf?.generation ?? "?"}, renewed ${leaf?.renewal ?? 0} times`;
          const issued = [
            ...chain.map((one, index) =>
              index === 0
                ? { one, tier: "leaf", generation: leafGeneration }
                : { one, tier: "intermediate", generation: `${generations.intermediate}` },
            ),
            ...ownRoots.map((one) => ({ one, tier: "root", generation: /G(\d+)$/.exec(one.subject)?.[1] ?? "?" })),
          ];
          return [
            table(
              ["Tier", "Generation", "Issued", "Until", "Fingerprint, SHA-256"],
              issued.map(({ one: { notBefore, notAfter, fingerprint }, tier, generation }) => [
                tier,
                generation,
                notBefore,
                `${notAfter} (${Math.floor(daysLeft(notAfter, takenAt))} days)`,
                code(fingerprint),
              ]),
            ),
          ];
        },
      ),
      ...shownBlocks(updates, (found) => {
        const all = found.map(({ kind, result, endedAt }) => `${kind} ${result} ${endedAt}`).join("; ");
        return [text(quiet(`Last updates: ${all || "none"}.`))];
      }),
    ]),
  );

/** Where the configuration deviates from the policies. */
export const deviations = ({ stacks }: AuditEvidence): Block =>
  section("Deviations from policies", [
    table(
      ["Stack", "Policy", "Reason", "Until"],
      stacks.flatMap(({ stack, deviations: found }) =>
        found.map(({ policy, reason, until }) => [stack, policy, reason, until ?? "no end"]),
      ),
    ),
  ]);
