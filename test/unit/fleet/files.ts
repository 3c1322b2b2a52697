/** Senders' files for tests: what a person would have agreed to, of made-up people. */
import type { FleetFile } from "@metrics-link/config";

export const root = (number: number): string => number.toString(16).padStart(64, "0");

/** What the file of a sender has, without its contract. */
export const agreed = (number: number) => ({
  owner: `team ${number}`,
  since: "2026-11-30",
  rootFingerprints: [root(number)],
  addresses: [`8.${number >> 8}.${number & 255}.8`],
  labels: { account: `${100_000_000_000 + number}` },
});

export const folder = "fleet/senders";

/** A file of the folder. @param content a text, or what becomes one */
export const file = (name: string, content: unknown = agreed(1)): FleetFile => ({
  path: `${folder}/${name}.json`,
  text: typeof content === "string" ? content : JSON.stringify(content),
});
