export type { Change } from "./changes.ts";
export { PreviewReader, type PreviewRecord } from "./events.ts";
export type { Row } from "./evidence/row.ts";
export { type Deviation, type Pack, type PolicyDescription, type PolicyOutcome, type PolicyResult } from "./policies.ts";
export { type Failure, judge, keepRule, type Outcome, type ReviewInput, type Verdict } from "./verdict.ts";
