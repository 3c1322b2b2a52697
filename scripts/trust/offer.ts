import { isDeepStrictEqual } from "node:util";
import {
  addressesIn,
  carries,
  contractIn,
  fingerprintsOf,
  type Labels,
  LinkError,
  labelsText,
  labelText,
  normaliseFingerprint,
  type Pins,
  printable,
  readContract,
} from "@metrics-link/contract";

/** What a stack offers to be pinned: every value of a closed form, so that it may be shown. */
export interface Offer extends Pins {
  readonly stack: string;
  /** What a sender's series carry, with its account; undefined of a receiver and of a sender that does not tell yet. */
  readonly identity?: { readonly labels: Labels; readonly accountId: string };
}

/**
 * @param outputs of the stack
 * @returns undefined while it has no contract
 * @throws InvalidInputError when its contract cannot be used
 */
export function offerOf(stack: string, outputs: Readonly<Record<string, unknown>>): Offer | undefined {
  const contract = readContract(stack, contractIn(outputs));
  if (contract === undefined) return undefined;
  const { accountId } = contract;
  const labels = contract.role === "sender" ? contract.labels : undefined;
  const identity = labels === undefined ? {} : { identity: { labels, accountId } };
  return {
    stack,
    rootFingerprints: fingerprintsOf(contract.rootBundle),
    addresses: addressesIn(contract),
    ...identity,
  };
}

type LabelledPins = Pins & { readonly labels?: Labels };

/** What a person agrees to: pins that come, addresses that go, and what is pinned then. */
export interface Agreement {
  readonly wanted: LabelledPins;
  readonly gone: readonly string[];
  readonly pins: LabelledPins;
}

/**
 * The labels to pin of a sender, if others than are pinned: those that were heard, or those that name its account, or all where
 * none does. Other senders may have the rest, such as a region, as well.
 */
function labelsToPin(
  identity: Offer["identity"],
  pinned: Labels | undefined,
  heard: Labels | "as offered" | "as they are",
): { readonly labels?: Labels } {
  if (typeof heard === "object") return isDeepStrictEqual(heard, pinned) ? {} : { labels: heard };
  if (identity === undefined || heard === "as they are") return {};
  const { labels, accountId } = identity;
  if (pinned !== undefined && carries(labels, pinned)) return {};
  const own = Object.entries(labels).filter(([, value]) => value === accountId);
  return { labels: own.length === 0 ? labels : Object.fromEntries(own) };
}

/** The configuration takes so many of each. */
const mostPins = 4;

/**
 * What accepting an offer would change. Roots are added, because old and new are pinned together while a root rotates; an
 * address that is not offered any more goes, because a released address is somebody else's tomorrow.
 * @param heard labels that the peer's people read out; without them, whether labels are pinned as they are offered
 * @throws LinkError PIN_LIMIT when there would be more roots than the configuration takes
 */
export function agreementOn(
  offer: Offer,
  pins: LabelledPins,
  heard: Labels | "as offered" | "as they are" = "as offered",
): Agreement {
  const labels = labelsToPin(offer.identity, pins.labels, heard);
  const wanted = {
    rootFingerprints: offer.rootFingerprints.filter((one) => !pins.rootFingerprints.includes(one)),
    addresses: offer.addresses.filter((one) => !pins.addresses.includes(one)),
    ...labels,
  };
  const rootFingerprints = [...pins.rootFingerprints, ...wanted.rootFingerprints];
  if (rootFingerprints.length > mostPins) {
    throw new LinkError("PIN_LIMIT", {
      what: `${rootFingerprints.length} roots would be pinned, and ${mostPins} may be; nothing was pinned`,
      next: `run \`npm run rotate -- follow\`, which removes those that ${offer.stack} no longer offers`,
    });
  }
  const gone = pins.addresses.filter((one) => !offer.addresses.includes(one));
  return { wanted, gone, pins: { rootFingerprints, addresses: offer.addresses, ...labels } };
}

/**
 * Holds an offer against what its people said. Each new pin must have been heard, and all that was heard must be offered.
 * @param heard fingerprints in any spelling, addresses
 * @throws LinkError PIN_NOT_CONFIRMED naming both sides of each difference
 */
export function requireHeard(offer: Offer, { wanted }: Agreement, heard: LabelledPins): void {
  const spelt = { ...heard, rootFingerprints: heard.rootFingerprints.map(normaliseFingerprint) };
  const differences = (["rootFingerprints", "addresses"] as const).flatMap((key) => {
    const unheard = wanted[key].filter((one) => !spelt[key].includes(one));
    const notOffered = spelt[key].filter((one) => !offer[key].includes(one));
    if (unheard.length + notOffered.length === 0) return [];
    return [`heard was ${listed(spelt[key])}, but offered is ${listed(offer[key])}`];
  });
  const offered = offer.identity?.labels;
  if (heard.labels !== undefined && offered !== undefined && !carries(offered, heard.labels))
    differences.push(`heard was ${labelsText(heard.labels)}, but the series carry ${labelsText(offered)}`);
  if (differences.length > 0)
    throw new LinkError("PIN_NOT_CONFIRMED", { what: `${differences.join("; ")}; nothing was pinned` });
}

const listed = (values: readonly string[]) => values.map(printable).join(", ") || "nothing";

/** An offer in lines that two people can read to each other. @param pins marks what is pinned and what is not */
export function describeOffer(offer: Offer | undefined, pins?: LabelledPins): string {
  if (offer === undefined) return "  has no `contract` output yet: run `pulumi up` there first";
  const mark = (key: keyof Pins, value: string) =>
    pins === undefined ? "" : pins[key].includes(value) ? "   (pinned)" : "   (NOT pinned)";
  return [
    "  roots, SHA-256",
    ...offer.rootFingerprints.map((one) => `${spoken(one)}${mark("rootFingerprints", one)}`),
    ...(pins?.rootFingerprints ?? [])
      .filter((one) => !offer.rootFingerprints.includes(one))
      .map((one) => `${spoken(one)}   (pinned, and NOT offered: \`npm run rotate -- follow\` removes it)`),
    "  addresses",
    ...offer.addresses.map((one) => `    ${one}${mark("addresses", one)}`),
    ...(pins?.addresses ?? [])
      .filter((one) => !offer.addresses.includes(one))
      .map((one) => `    ${one}   (pinned, and NOT offered any more)`),
    ...labelLines(offer.identity?.labels ?? {}, pins),
  ].join("\n");
}

function labelLines(offered: Labels, pins?: Pick<LabelledPins, "labels">): string[] {
  const { labels: pinned = {} } = pins ?? {};
  const isTold = Object.keys(offered).length > 0;
  const pair = ([name, value]: readonly [string, string]) => `    ${labelText(name, value)}`;
  const mark = (name: string) => {
    if (pins === undefined) return "";
    return pinned[name] === offered[name] ? "   (pinned)" : "   (not pinned)";
  };
  const lines = [
    ...Object.entries(offered).map((one) => `${pair(one)}${mark(one[0])}`),
    ...Object.entries(pinned)
      .filter(([name, value]) => offered[name] !== value)
      .map(
        (one) =>
          `${pair(one)}   (pinned, and ${isTold ? "NOT what its series carry" : "it does not tell what its series carry"})`,
      ),
  ];
  return lines.length === 0 ? [] : ["  labels of its series", ...lines];
}

/** Eight groups of four bytes, on two lines: short enough to be said and repeated. */
function spoken(fingerprint: string): string {
  const groups = fingerprint.replaceAll(":", "").match(/.{8}/g) ?? [];
  return `    ${groups.slice(0, 4).join("  ")}\n    ${groups.slice(4).join("  ")}`;
}
