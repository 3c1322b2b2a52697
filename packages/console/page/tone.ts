import type { State } from "../verdict.ts";

/** The class of a state in the style sheet; the state itself stands next to it in words. */
export const toneOf: Readonly<Record<State, string>> = {
  fine: "good",
  look: "open",
  "not known": "open",
  wrong: "bad",
};
