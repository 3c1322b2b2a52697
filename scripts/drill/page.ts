import type { Outcome } from "./drill.ts";
export const page = (outcomes: readonly Outcome[]) => JSON.stringify(outcomes);
