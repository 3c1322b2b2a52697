import type { HostCertificate } from "@metrics-link/release";
import { draw, type Markup } from "@metrics-link/report";
import { daysLeft } from "../checks/certificates.ts";
import { type AuditEvidence, type Contract, type EvidencePart, isKnownAs, type StackEvidence } from "../evidence.ts";
import { from, within } from "../judge.ts";

/** One end of a link, with what is known of it. */
interface End {
  readonly name: string;
  readonly contract: EvidencePart<Contract>;
  /** Root, intermediate, leaf. */
  readonly tiers: EvidencePart<readonly Tier[]>;
}

interface Tier {
  readonly tier: string;
  readonly certificate: HostCertificate;
}

const height = 330;
const width = 900;
const box = { left: 20, right: 540, width: 340, height: 48 } as const;

/** Characters of a note that fit into an account. */
const longest = 62;

/** More pictures of one kind tell nobody more; the table of senders has all of them. */
const mostDrawn = 6;

/** The path of a sample with its fences, and both certificate chains: a diagram for each of the first links. */
export function links(evidence: AuditEvidence): Markup {
  const found = linksOf(evidence);
  const drawn = found.slice(0, mostDrawn);
  const left = found.length - drawn.length;
  const more = `${left} more links are not drawn: the table of who can write has their senders.`;
  return draw.diagram(
    width,
    height * drawn.length + (left === 0 ? 0 : 30),
    "For each link: the path of a sample with its three fences, and both certificate chains.",
    drawn.map(([sender, receiver], index) => draw.group(height * index, linkOf(sender, receiver, evidence.takenAt))),
    left === 0 ? [] : [draw.label(box.left, height * drawn.length + 18, more)],
  );
}

/** Each sender of each audited receiver; or a sender whose receiver is not audited. */
function linksOf({ stacks }: AuditEvidence): (readonly [End, End])[] {
  const receivers = stacks.filter(({ configuration }) => configuration.role === "receiver");
  const peerEnd = ({ name, stack, contract }: StackEvidence["peers"][number]): End => {
    const audited = stacks.find((one) => isKnownAs(stack, one));
    if (audited !== undefined) return { ...endOf(audited), name: `${name} (${audited.stack})` };
    return { name, contract, tiers: { error: `${stack} was not audited` } };
  };
  if (receivers.length > 0) {
    return receivers.flatMap((receiver) => receiver.peers.map((sender) => [peerEnd(sender), endOf(receiver)] as const));
  }
  return stacks.flatMap((sender) => sender.peers.map((receiver) => [endOf(sender), peerEnd(receiver)] as const));
}

function endOf({ stack, contract, host }: StackEvidence): End {
  const tiers = from(
    within(host, ({ certificates }) => certificates),
    ({ chain, ownRoots }) => [
      ...ownRoots.map((certificate) => ({ tier: "root", certificate })),
      ...chain.slice(1).map((certificate) => ({ tier: "intermediate", certificate })),
      ...chain.slice(0, 1).map((certificate) => ({ tier: "leaf", certificate })),
    ],
  );
  return { name: stack, contract, tiers };
}

const linkOf = (sender: End, receiver: End, now: string): Markup[] => [
  ...account(box.left - 10, `Sender ${sender.name}`, sender),
  ...account(box.right - 10, `Receiver ${receiver.name}`, receiver),
  ...place(20, 80, "Prometheus", ["loopback"]),
  ...place(125, 80, "Envoy", ["client"]),
  ...place(240, 120, "NAT gateway", addressesOf(sender)),
  ...place(540, 130, "Load balancer", addressesOf(receiver)),
  ...place(700, 75, "Envoy", ["mutual TLS"]),
  ...place(800, 80, "Prometheus", ["loopback"]),
  ...["M100 67H125", "M205 67H240", "M360 67H540", "M670 67H700", "M775 67H800"].map((path) => draw.arrow(path)),
  ...fence(504, "1 address"),
  ...fence(684, "2 client"),
  ...fence(219, "3 server"),
  draw.label(450, 60, "TLS 1.3, mutual", "note", "middle"),
  draw.arrow(`M${box.left + box.width} 150L735 98`, "trust"),
  draw.arrow(`M${box.right} 150L165 98`, "trust"),
  draw.label(450, 178, "each trusts the", "note", "middle"),
  draw.label(450, 192, "other's root alone", "note", "middle"),
  ...chain(box.left, sender, now),
  ...chain(box.right, receiver, now),
];

function account(x: number, title: string, { contract }: End): Markup[] {
  const id = "error" in contract ? "account not known" : `account ${contract.value.accountId}`;
  return [draw.rectangle([x, 6, 360, height - 18], "frame"), draw.label(x + 10, 24, `${title}, ${id}`, "head")];
}

/** @param below a line each; two of them fit */
const place = (x: number, wide: number, title: string, below: readonly string[]): Markup[] => [
  draw.rectangle([x, 40, wide, 54], "box"),
  draw.label(x + wide / 2, below.length > 1 ? 56 : 63, title, "plain", "middle"),
  ...atMostTwo(below).map((line, index) =>
    draw.label(x + wide / 2, (below.length > 1 ? 71 : 80) + index * 13, line, "note", "middle"),
  ),
];

const atMostTwo = ([first, second, ...rest]: readonly string[]): string[] =>
  [first, rest.length > 0 ? `and ${rest.length + 1} more` : second].flatMap((line) => line ?? []);

const fence = (x: number, text: string): Markup[] => [
  draw.bar(`M${x} 34V100`),
  draw.label(x, 122, text, "note", "middle"),
];

/** Root, intermediate and leaf, one below the other. */
function chain(x: number, { tiers }: End, now: string): Markup[] {
  if ("error" in tiers) {
    return ["certificates not known:", tiers.error.slice(0, longest)].map((line, index) =>
      draw.label(x, 172 + index * 15, line, "note"),
    );
  }
  return tiers.value.slice(0, 3).flatMap(({ tier, certificate }, index) => {
    const y = 130 + index * 62;
    const { subject, fingerprint, notAfter, names } = certificate;
    return [
      draw.rectangle([x, y, box.width, box.height], "box"),
      draw.label(x + 8, y + 16, `${tier}: ${tier === "leaf" ? names.join(", ") : commonName(subject)}`),
      draw.label(x + 8, y + 29, `${fingerprint.slice(0, 47)}…`, "mono"),
      draw.label(x + 8, y + 42, `${Math.floor(daysLeft(notAfter, now))} days left`, "note"),
      ...(index === 0 ? [] : [draw.arrow(`M${x + 20} ${y - 14}V${y}`)]),
    ];
  });
}

function addressesOf({ contract }: End): readonly string[] {
  if ("error" in contract) return ["not known"];
  const { value } = contract;
  return value.role === "sender" ? value.egressAddresses : value.endpointAddresses;
}

/** Of a subject as evidence has it; the common name stands last in it, and may hold commas. */
const commonName = (subject: string) => /(?:^|, )CN=(.*)$/.exec(subject)?.[1] ?? subject;
