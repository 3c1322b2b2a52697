import type { HostCertificate } from "@metrics-link/release";
import type { Markup, Part } from "@metrics-link/report/markup.ts";
import { daysLeft } from "../checks/certificates.ts";
import type { AuditEvidence, Contract, EvidencePart, StackEvidence } from "../evidence.ts";
import { from, within } from "../rows.ts";
import { element, h } from "./html.ts";

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

/** The chains and the path of each link, drawn from the evidence. */
export function diagram(evidence: AuditEvidence): Markup {
  const links = linksOf(evidence);
  return h(
    "figure",
    "",
    element(
      "svg",
      {
        viewBox: `0 0 ${width} ${height * links.length}`,
        role: "img",
        "aria-label": "For each link: the path of a sample with its three fences, and both certificate chains.",
        xmlns: "http://www.w3.org/2000/svg",
      },
      element(
        "defs",
        {},
        element(
          "marker",
          { id: "tip", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto" },
          element("path", { d: "M0 0L8 4L0 8z", class: "arrow" }),
        ),
      ),
      links.map(([sender, receiver], index) =>
        element("g", { transform: `translate(0 ${index * height})` }, linkOf(sender, receiver, evidence.takenAt)),
      ),
    ),
  );
}

/** Each sender of each audited receiver; and a sender whose receiver is not audited. */
function linksOf({ stacks }: AuditEvidence): (readonly [End, End])[] {
  const receivers = stacks.filter(({ configuration }) => configuration.role === "receiver");
  const peerEnd = ({ name, stack, contract }: StackEvidence["peers"][number]): End => {
    const audited = stacks.find((one) => stack.endsWith(`/${one.stack}`));
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

function linkOf(sender: End, receiver: End, now: string): Part[] {
  const egress = addressesOf(sender);
  const ingress = addressesOf(receiver);
  return [
    account(box.left - 10, `Sender ${sender.name}`, sender),
    account(box.right - 10, `Receiver ${receiver.name}`, receiver),
    place(20, 80, "Prometheus", ["loopback"]),
    place(125, 80, "Envoy", ["client"]),
    place(230, 130, "NAT gateway", egress),
    place(540, 130, "Load balancer", ingress),
    place(695, 80, "Envoy", ["mutual TLS"]),
    place(800, 80, "Prometheus", ["loopback"]),
    ...[
      [100, 125],
      [205, 230],
      [360, 540],
      [670, 695],
      [775, 800],
    ].map(([start, end]) => element("path", { d: `M${start} 67H${end}`, class: "way", "marker-end": "url(#tip)" })),
    fence(532, "1", "address"),
    fence(689, "2", "client"),
    fence(211, "3", "server"),
    text(450, 60, "TLS 1.3, mutual", "small", "middle"),
    element("path", { d: `M${box.left + box.width} 148L728 98`, class: "trust", "marker-end": "url(#tip)" }),
    element("path", { d: `M${box.right} 148L172 98`, class: "trust", "marker-end": "url(#tip)" }),
    text(450, 178, "each trusts the", "small", "middle"),
    text(450, 192, "other's root alone", "small", "middle"),
    chain(box.left, sender, now),
    chain(box.right, receiver, now),
  ];
}

function account(x: number, title: string, { contract }: End): Part[] {
  const id = "error" in contract ? "account not known" : `account ${contract.value.accountId}`;
  return [
    element("rect", { x, y: 6, width: 360, height: height - 18, rx: 6, class: "account" }),
    text(x + 10, 24, `${title}, ${id}`, "head"),
  ];
}

/** @param below a line each; two of them fit */
const place = (x: number, wide: number, title: string, below: readonly string[]): Part[] => [
  element("rect", { x, y: 40, width: wide, height: 54, rx: 4, class: "box" }),
  text(x + wide / 2, below.length > 1 ? 56 : 63, title, "", "middle"),
  linesOf(below).map((line, index) =>
    text(x + wide / 2, (below.length > 1 ? 71 : 80) + index * 13, line, "small", "middle"),
  ),
];

const linesOf = ([first, second, ...more]: readonly string[]): string[] =>
  [first, more.length > 0 ? `and ${more.length + 1} more` : second].flatMap((line) => line ?? []);

const fence = (x: number, number: string, what: string): Part[] => [
  element("path", { d: `M${x} 34V100`, class: "fence" }),
  text(x, 113, `${number} ${what}`, "small", "middle"),
];

/** Root, intermediate and leaf, one below the other. */
function chain(x: number, { tiers }: End, now: string): Part[] {
  if ("error" in tiers) return [text(x, 150, `certificates not known: ${tiers.error}`, "small")];
  return tiers.value.slice(0, 3).map(({ tier, certificate }, index) => {
    const y = 130 + index * 62;
    const { subject, fingerprint, notAfter, names } = certificate;
    const days = `${Math.floor(daysLeft(notAfter, now))} days left`;
    return [
      element("rect", { x, y, width: box.width, height: box.height, rx: 4, class: "box" }),
      text(x + 8, y + 16, `${tier}: ${tier === "leaf" ? names.join(", ") : commonName(subject)}`, ""),
      text(x + 8, y + 29, `${fingerprint.slice(0, 47)}…`, "mono"),
      text(x + 8, y + 42, days, "small"),
      index === 0
        ? undefined
        : element("path", { d: `M${x + 20} ${y - 16}V${y}`, class: "way", "marker-end": "url(#tip)" }),
    ];
  });
}

function addressesOf({ contract }: End): readonly string[] {
  if ("error" in contract) return ["not known"];
  const { value } = contract;
  return value.role === "sender" ? value.egressAddresses : value.endpointAddresses;
}

const text = (x: number, y: number, content: string, className: string, anchor?: string): Markup =>
  element("text", { x, y, ...(className && { class: className }), "text-anchor": anchor }, content);

const commonName = (subject: string) => /CN=([^,]+)/.exec(subject)?.[1] ?? subject;
