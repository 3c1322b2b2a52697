import type { ReceiverConfiguration } from "@metrics-link/config";
import { labelText } from "@metrics-link/contract";
import {
  type Block,
  badge,
  code,
  count,
  type Finding,
  type Inline,
  lines,
  quiet,
  type Report,
  ranked,
  renderHtml,
  renderText,
  section,
  strong,
  type Tone,
  table,
  worst,
} from "@metrics-link/report";
import type { Seen } from "./seen.ts";
import { type Deployed, inForceOf, type ListedSender, type Told } from "./sender.ts";

/** What `list` and `verify` report of a fleet. */
export interface Overview {
  readonly stack: string;
  /** When it was asked, in milliseconds since the epoch. */
  readonly now: number;
  readonly senders: readonly ListedSender[];
  readonly network: ReceiverConfiguration["network"];
  readonly deployed: Told<Deployed>;
  readonly seen: ReadonlyMap<string, Seen>;
}

/** Whether a sender is let in, in a word; and why not. */
export interface State {
  readonly word: "in force" | "pinned" | "not pinned" | "not deployed" | "held" | "suspended";
  readonly why?: string;
}

/** @param deployed the outputs of the receiver's last update; without them it is what the files say */
function stateOf(sender: ListedSender, { deployed, senders }: Pick<Overview, "deployed" | "senders">): State {
  const { name, declared } = sender;
  const { suspended, rootFingerprints = [], addresses = [] } = declared;
  const isOpen = "value" in deployed && inForceOf(sender, senders, deployed.value) !== undefined;
  if (suspended !== undefined) {
    return { word: "suspended", why: isOpen ? `${suspended}; NOT DEPLOYED YET, it is still let in` : suspended };
  }
  if (rootFingerprints.length === 0 || addresses.length === 0)
    return { word: "not pinned", why: "nobody has agreed to its roots and addresses yet" };
  if ("none" in deployed) return { word: "pinned" };
  const aside = deployed.value.setAside.find((one) => one.name === name);
  if (aside?.state === "held") return { word: "held", why: aside.words };
  return { word: isOpen ? "in force" : "not deployed" };
}

const tones: Readonly<Record<State["word"], Tone>> = {
  "in force": "ok",
  pinned: "idle",
  "not pinned": "warning",
  "not deployed": "warning",
  held: "critical",
  suspended: "warning",
};

const secondsOfDay = 86_400;

/** One sender as data, for programs: what was not asked is null, with the reason beside it. */
export function recordOf(overview: Overview, sender: ListedSender) {
  const { seen, now } = overview;
  const { name, source, declared } = sender;
  const { owner = null, since = null, stack, addresses = [], labels = {}, rootFingerprints = [] } = declared;
  const told = seen.get(name);
  const reasons: Record<string, string> = {};
  const of = <Value>(key: string, one: Told<Value> | undefined): Value | null => {
    if (one !== undefined && "value" in one) return one.value;
    reasons[key] = one?.none ?? "not asked";
    return null;
  };
  const instant = (key: string, one: Told<number> | undefined) => {
    const at = of(key, one);
    return at === null ? null : new Date(at * 1000).toISOString();
  };
  const leaf = told?.leafNotAfter;
  return {
    name,
    owner,
    since,
    source,
    stack,
    state: stateOf(sender, overview),
    labels,
    addresses,
    rootFingerprints,
    lastSeen: instant("lastSeen", told?.lastSeen),
    samplesPerSecond: of("samplesPerSecond", told?.samplesPerSecond),
    series: of("series", told?.series),
    leafNotAfter: instant("leafNotAfter", leaf),
    leafDaysLeft: leaf !== undefined && "value" in leaf ? daysLeft(leaf.value, now) : null,
    version: of("version", told?.version),
    /** Why a value is null. */
    reasons,
  };
}

const daysLeft = (notAfter: number, now: number): number =>
  Math.floor(((notAfter - now / 1000) / secondsOfDay) * 10) / 10;

const shown = <Value>(told: Told<Value> | undefined, show: (value: Value) => Inline): Inline =>
  told !== undefined && "value" in told ? show(told.value) : badge("idle", told?.none ?? "not asked");

/** The fleet as a table, the same on a terminal and on a page. */
function fleetTable(overview: Overview): Block {
  const { senders, seen, now } = overview;
  return table(
    [
      "Sender",
      "Owner",
      "Since",
      "State",
      "Labels",
      "Addresses",
      "Last seen, UTC",
      { title: "Samples/s", align: "right" },
      { title: "Series", align: "right" },
      { title: "Days of leaf", align: "right" },
      "Version",
    ],
    senders.map((sender) => {
      const { name, source, declared } = sender;
      const { word, why } = stateOf(sender, overview);
      const told = seen.get(name);
      return {
        cells: [
          [strong(name), quiet(source)],
          declared.owner ?? "not recorded",
          declared.since ?? "not recorded",
          [badge(tones[word], word), ...(why === undefined ? [] : [`: ${why.split("\n")[0]}`])],
          declared.labels === undefined
            ? "any: none are pinned"
            : lines(...Object.entries(declared.labels).map(([label, value]) => code(labelText(label, value)))),
          lines(...(declared.addresses ?? ["none pinned"]).map(code)),
          shown(told?.lastSeen, (at) => new Date(at * 1000).toISOString().slice(0, 16)),
          shown(told?.samplesPerSecond, (rate) => rate.toFixed(rate < 10 ? 1 : 0)),
          shown(told?.series, (number) => `${number}`),
          shown(told?.leafNotAfter, (at) => daysLeft(at, now).toFixed(1)),
          shown(told?.version, (text) => text),
        ],
        ...(tones[word] === "critical" ? { tone: "critical" as const } : {}),
      };
    }),
  );
}

/** The report of `list`, and of `verify` with its findings. */
function reportOf(overview: Overview, findings: readonly Finding[]): Report {
  const { stack, now, senders, deployed } = overview;
  const words = senders.map((one) => stateOf(one, overview).word);
  const counts = [...new Set(words)].map((word) => `${words.filter((one) => one === word).length} ${word}`);
  const wrong = findings.filter(({ severity }) => severity !== "ok");
  const state = [count(senders.length, "sender"), ...counts].join(", ");
  const severity = findings.length === 0 ? "ok" : worst(findings);
  return {
    title: `Fleet of ${stack}, ${new Date(now).toISOString()}`,
    heading: `Fleet of ${stack}`,
    intro: [
      `Asked at ${new Date(now).toISOString().slice(0, 16)} UTC. Deployed: `,
      "none" in deployed ? deployed.none : "as the outputs of the last update say",
      ".",
    ],
    verdict: {
      severity,
      headline:
        findings.length === 0
          ? state
          : `${state}; ${wrong.length === 0 ? "no findings" : count(wrong.length, "finding")}`,
      findings: ranked(wrong),
    },
    blocks: [
      section("Who may write, and what was seen of them", [fleetTable(overview)], {
        note:
          "Last seen is the receiver's own word: the last write that its Envoy accepted with that sender's certificate, to within five minutes. Rate and series are what " +
          "the gate counted, or what the sender says of itself; leaf and version are the sender's word. A rate is that of " +
          "the last five minutes: of a sender that was suspended a moment ago it is what it wrote before.",
      }),
      ...(findings.length === 0
        ? []
        : [
            section("What was verified", [
              table(
                ["", "Of", "Seen"],
                findings.map(({ severity: one, subject, what }) => [badge(one, one), subject, what]),
              ),
            ]),
          ]),
    ],
  };
}

export const fleetText = (overview: Overview, findings: readonly Finding[] = []): string =>
  renderText(reportOf(overview, findings));
export const fleetPage = (overview: Overview, findings: readonly Finding[] = []): string =>
  renderHtml(reportOf(overview, findings));
