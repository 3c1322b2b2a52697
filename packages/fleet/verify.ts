import {
  labelsOfOthers,
  labelsText,
  labelText,
  readCertificates,
  rootBundle,
  sameLabels,
} from "@metrics-link/contract";
import { count, type Finding } from "@metrics-link/report";
import type { Overview } from "./overview.ts";
import type { Seen } from "./seen.ts";
import { type Deployed, inForceOf, type ListedSender, notAsked, standingIn, type Told } from "./sender.ts";

const day = 86_400_000;
/** A root takes a ceremony and a telephone call to replace, a leaf an update of the sender's. */
const soon = { root: 90 * day, leaf: 7 * day } as const;

/**
 * What is wrong with a fleet whose configuration is accepted: contracts that no update would take, what expires, what does not fit, and
 * what is deployed otherwise than the files say.
 * @param sizes for how many senders Envoy's limits at the receiver have room (docs/decisions/0804)
 */
export function verified(overview: Overview, sizes: readonly number[]): Finding[] {
  const { senders, deployed, now } = overview;
  const standings = standingsOf(overview);
  return [
    ...standings.flatMap(({ sender, standing }) => [
      ...contractFindings(sender, standing),
      ...sinceFindings(sender, now),
      ...expiryFindings(sender, standing, now),
      ...leafFindings(sender, overview.seen.get(sender.name), now),
      ...("none" in deployed ? [] : deployedFindings(overview, sender, deployed.value)),
    ]),
    ...foreignLabels(standings),
    ...sizeFindings(senders.length, sizes),
    ...strangers(senders, deployed),
  ];
}

/** What the next update would make of a sender, were it the first one. */
interface SenderStanding {
  readonly sender: ListedSender;
  readonly standing: ReturnType<typeof standingIn>;
}

/** Of each sender. It parses every certificate of a contract. */
export const standingsOf = ({ senders, network }: Pick<Overview, "senders" | "network">): readonly SenderStanding[] =>
  senders.map((sender) => ({ sender, standing: standingIn(sender, network) }));

const finding = (severity: Finding["severity"], subject: string, what: string, remedy?: string): Finding => ({
  severity,
  subject,
  what,
  ...(remedy === undefined ? {} : { remedy }),
});

/** As an update would read it. */
function contractFindings({ name, source, declared }: ListedSender, standing: SenderStanding["standing"]): Finding[] {
  if (declared.suspended !== undefined) return [finding("ok", name, "suspended: its contract is not read")];
  if (standing === undefined)
    return [
      finding("ok", name, `its keys in ${source} are right; its contract is a stack's, which this does not read`),
    ];
  if (standing.state === "held") {
    const severity = standing.reason === "absent" ? "warning" : "critical";
    return [
      finding(severity, name, standing.words, "its people send a new contract; `npm run trust -- accept` pins it"),
    ];
  }
  const unpinned = declared.labels === undefined ? ["no labels are pinned: its series may carry any"] : [];
  const untold =
    standing.contract?.labels === undefined && declared.labels !== undefined
      ? ["its contract does not tell which labels its series carry"]
      : [];
  return [
    finding("ok", name, "its contract is of this form, and each root and address in it is pinned"),
    ...[...unpinned, ...untold].map((what) => finding("warning", name, what)),
  ];
}

/** Senders that tell that their series carry what is pinned for another. */
export function foreignLabels(standings: readonly SenderStanding[]): Finding[] {
  const foreign = labelsOfOthers(standings.map(({ sender }) => sender.declared));
  const remedy =
    "pin only what tells a sender from all others, or its people take the label from their externalLabels; docs/operate.md, Changing a pinned label, has the order";
  return standings.flatMap(({ sender, standing }) =>
    foreign(sender.name, standing?.contract?.labels).map((what) =>
      finding(
        "critical",
        sender.name,
        `its series carry ${what}: the gate refuses them, and they are not stored`,
        remedy,
      ),
    ),
  );
}

/**
 * Pinned labels of a sender by whose name others are not known. Their targets may have one, which no file tells, and the gate takes no
 * series of another with it.
 * @returns such labels, as PromQL writes them
 */
export function takenFromOthers(
  senders: readonly Pick<ListedSender["declared"], "name" | "labels">[],
  name: string,
): string[] {
  const own = senders.find((one) => one.name === name)?.labels ?? {};
  const others = senders.filter((one) => one.name !== name);
  return Object.entries(own).flatMap(([label, value]) =>
    others.some(({ labels = {} }) => !Object.hasOwn(labels, label)) ? [labelText(label, value)] : [],
  );
}

function sinceFindings({ name, declared: { since } }: ListedSender, now: number): Finding[] {
  if (since === undefined || Date.parse(since) <= now) return [];
  return [
    finding("warning", name, `it was agreed to on ${since}, which is in the future`, "write the day on which it was"),
  ];
}

/** Roots in its contract, and so those that come into force. */
function expiryFindings({ name }: ListedSender, standing: SenderStanding["standing"], now: number): Finding[] {
  const bundle = rootBundle.safeParse(standing?.contract?.rootBundle);
  if (!bundle.success) return [];
  return readCertificates(bundle.data).flatMap(({ validToDate, fingerprint256 }) => {
    const left = validToDate.getTime() - now;
    if (left > soon.root) return [];
    const what = `root ${fingerprint256.slice(0, 23)}… ${left < 0 ? "expired" : "expires"} on ${validToDate.toISOString().slice(0, 10)}`;
    const remedy = "its people rotate their root (docs/rotate.md) and send a new contract";
    return [finding(left < 0 ? "critical" : "warning", name, what, remedy)];
  });
}

function leafFindings({ name }: ListedSender, seen: Seen | undefined, now: number): Finding[] {
  if (seen === undefined || "none" in seen.leafNotAfter) return [];
  const left = seen.leafNotAfter.value * 1000 - now;
  if (left > soon.leaf) return [];
  const what = `its leaf ${left < 0 ? "has expired" : "expires"}: ${(left / day).toFixed(1)} days left`;
  return [finding(left < 0 ? "critical" : "warning", name, what, "its people run `pulumi up`, which renews it")];
}

const sizeFindings = (number: number, sizes: readonly number[]): Finding[] => {
  const size = sizes.find((one) => number <= one);
  if (size === undefined)
    return [finding("critical", "size", `${count(number, "sender")}, and ${sizes.at(-1)} are the most`)];
  if (number === size && size !== sizes.at(-1))
    return [
      finding(
        "warning",
        "size",
        `${count(number, "sender")} of ${size} that Envoy has room for: the next one makes it restart once, and every sender connects anew`,
      ),
    ];
  return [finding("ok", "size", `${count(number, "sender")}; Envoy has room for ${size} without a restart`)];
};

/** Whether what the last update left is what the next one would make. */
function deployedFindings({ network, senders }: Overview, sender: ListedSender, deployed: Deployed): Finding[] {
  const { name, source, declared } = sender;
  const now = inForceOf(sender, senders, deployed);
  const remedy = "run `pulumi up` for the receiver, after a review";
  if (declared.suspended !== undefined)
    return now === undefined ? [] : [finding("critical", name, "it is suspended and still let in", remedy)];
  const standing = standingIn(sender, network, deployed.accepted);
  const pinned = { rootFingerprints: declared.rootFingerprints ?? [], addresses: declared.addresses ?? [] };
  // Of a stack that is not read, only that nothing is in force which is not pinned.
  const next = standing === undefined ? now && { ...pinned, dnsName: now.dnsName } : standing.inForce;
  if (next === undefined && now === undefined) return [];
  if (now === undefined) return [finding("warning", name, "it is not let in yet", remedy)];
  if (next === undefined) return [finding("critical", name, "it is let in, and none of it would be by now", remedy)];
  const differs = (["rootFingerprints", "addresses"] as const).flatMap((key) => [
    ...now[key].filter((one) => !next[key].includes(one)).map((one) => `${one} is in force and no longer agreed to`),
    ...(standing === undefined ? [] : next[key])
      .filter((one) => !now[key].includes(one))
      .map((one) => `${one} is agreed to and not in force yet`),
  ]);
  if (now.dnsName !== next.dnsName) differs.push(`the name ${now.dnsName} is in force, and it has ${next.dnsName}`);
  if (now.stack !== declared.stack) differs.push(`it is let in as ${now.stack}, and its keys stand in ${source} now`);
  const admitted = deployed.admits.find(({ stack }) => stack === now.stack)?.labels;
  const [is, was] = [declared.labels ?? {}, admitted ?? {}];
  if (!sameLabels(is, was)) differs.push(`labels ${labelsText(was)} are in force, and ${labelsText(is)} are pinned`);
  if (differs.length === 0) return [finding("ok", name, "what is in force is what its keys say")];
  return differs.map((what) => finding("warning", name, what, remedy));
}

/** Whoever is let in and stands nowhere. */
function strangers(senders: readonly ListedSender[], deployed: Told<Deployed>): Finding[] {
  if ("none" in deployed)
    return deployed.none === notAsked.none
      ? []
      : [finding("not known", "deployed", `what is in force is ${deployed.none}`)];
  const { value } = deployed;
  const known = new Set(senders.map((sender) => inForceOf(sender, senders, value)?.stack ?? sender.declared.stack));
  return value.accepted.flatMap((entry) => {
    const stack = typeof entry === "object" && entry !== null && "stack" in entry ? String(entry.stack) : "";
    return known.has(stack)
      ? []
      : [finding("critical", stack, "it is let in, and no key or file names it", "run `pulumi up` for the receiver")];
  });
}
