export type { Change } from "./changes.ts";
export { PreviewReader, type PreviewRecord } from "./events.ts";
export type { Row } from "./evidence/row.ts";
export type { Deviation, Pack, PolicyDescription, PolicyOutcome, PolicyResult } from "./policies.ts";
export { renderHtml } from "./render/html.ts";
export { renderMarkdown } from "./render/markdown.ts";
export { renderText } from "./render/text.ts";
export { type Failure, judge, type Outcome, type ReviewInput, type Verdict } from "./verdict.ts";
