import type { EvidencePart } from "@metrics-link/release";
import type { Comparison } from "../reading.ts";
import type { Ask, Labels } from "./ask.ts";

/** Whom a console asks. */
export interface Sources {
  /** The receiver's Prometheus, where the samples of both sides are. */
  readonly receiver: Ask;
  /** A sender's own, which also knows what has not arrived. */
  readonly sender?: { readonly ask: Ask; readonly externalLabels: Labels };
  /** Compares the raw samples of both ends. */
  readonly compare?: () => Promise<Comparison>;
}

/** What a part of a reading is, or why it is not. */
export const part = <Value>(look: () => Promise<Value>): Promise<EvidencePart<Value>> =>
  look().then(
    (value) => ({ value }),
    ({ message }: Error) => ({ error: message }),
  );
