import { isFleetFile, type ReceiverConfiguration } from "@metrics-link/config";
import { fingerprintsOf, type Standing, standingOf } from "@metrics-link/contract";
import { z } from "zod";

/** Something that was asked for; or why there is no answer, in words for a person. */
export type Told<Value> = { readonly value: Value } | { readonly none: string };
export const notAsked = { none: "not asked" } as const;

/** A sender of a receiver's configuration, wherever its keys stand. */
export interface ListedSender {
  readonly name: string;
  /** Its file, or the stack's. */
  readonly source: string;
  readonly declared: ReceiverConfiguration["senders"][number];
  /** What its contract file says, as an update reads it; `unread` of a sender that is a stack: each is a process of its own. */
  readonly reading: Parameters<typeof standingOf>[1]["reading"] | "unread";
}

/** What the receiver's last update left in its outputs. */
export interface Deployed {
  /** As in the output `accepted`. */
  readonly accepted: readonly unknown[];
  /** The same by the sender's stack: whoever is let in. */
  readonly inForce: ReadonlyMap<string, InForce>;
  /** As in the output `setAside`. */
  readonly setAside: readonly { readonly name: string; readonly state: string; readonly words: string }[];
  /** As in the output `contractLabels`: the labels in force, by the sender's stack. */
  readonly admits: readonly { readonly stack: string; readonly labels: Readonly<Record<string, string>> }[];
}

/** What is in force of a sender after the last update. */
interface InForce {
  readonly dnsName: string;
  readonly addresses: readonly string[];
  readonly rootFingerprints: readonly string[];
}

const acceptedEntry = z.object({
  stack: z.string(),
  dnsName: z.string(),
  rootBundle: z.string(),
  addresses: z.array(z.string()),
});

const inForceIn = (accepted: readonly unknown[]): Deployed["inForce"] =>
  new Map(
    accepted.flatMap((entry) => {
      const { data } = acceptedEntry.safeParse(entry);
      if (data === undefined) return [];
      const { stack, dnsName, addresses, rootBundle } = data;
      return [[stack, { dnsName, addresses, rootFingerprints: fingerprintsOf(rootBundle) }] as const];
    }),
  );

const outputs = z.object({
  accepted: z.array(z.unknown()),
  setAside: z.array(z.object({ name: z.string(), state: z.string(), words: z.string() })).default([]),
  contractLabels: z
    .object({ admits: z.array(z.object({ stack: z.string(), labels: z.record(z.string(), z.string()) })).default([]) })
    .default({ admits: [] }),
});

/** @param found the outputs of the receiver's stack @returns undefined before its first update */
export function deployedIn(found: Readonly<Record<string, unknown>>): Deployed | undefined {
  const { data } = outputs.safeParse(found);
  if (data === undefined) return undefined;
  const { accepted, setAside, contractLabels } = data;
  return { accepted, inForce: inForceIn(accepted), setAside, admits: contractLabels.admits };
}

/**
 * What is in force of a sender: under its stack, or under the stack or file in which its keys stood before they moved. Until the next
 * update that is a name of which nothing knows any more, with a root that is now this sender's.
 * @param senders all of them
 */
export function inForceOf(
  { declared }: ListedSender,
  senders: readonly ListedSender[],
  { inForce }: Deployed,
): ({ readonly stack: string } & InForce) | undefined {
  const own = inForce.get(declared.stack);
  if (own !== undefined) return { stack: declared.stack, ...own };
  const roots = declared.rootFingerprints ?? [];
  const moved = [...inForce].find(
    ([stack, { rootFingerprints }]) =>
      rootFingerprints.some((one) => roots.includes(one)) && !senders.some((one) => one.declared.stack === stack),
  );
  return moved && { stack: moved[0], ...moved[1] };
}

/** The senders of a configuration. @param readingOf what the contract of a file says */
export const listed = (
  { senders, fleet }: Pick<ReceiverConfiguration, "senders" | "fleet">,
  stackFile: string,
  readingOf: (contract: string) => Exclude<ListedSender["reading"], "unread">,
): ListedSender[] =>
  senders.map((declared) => ({
    name: declared.name,
    source: declared.contract !== undefined && isFleetFile(fleet, declared.contract) ? declared.contract : stackFile,
    declared,
    reading: declared.contract === undefined ? "unread" : readingOf(declared.contract),
  }));

/** What the next update would make of a sender; undefined where its contract was not read. */
export function standingIn(
  { declared, reading }: ListedSender,
  network: ReceiverConfiguration["network"],
  before: readonly unknown[] = [],
): Standing<"sender"> | undefined {
  if (declared.suspended === undefined && reading === "unread") return undefined;
  const asked = reading === "unread" ? undefined : reading;
  return standingOf("sender", { peer: declared, reading: asked, before, network });
}
