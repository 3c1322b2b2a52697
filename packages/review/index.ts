export { PreviewReader, type PreviewRecord } from "./events.ts";

export type { Pack, PolicyDescription } from "./policies.ts";
export { type Asked, askedOf } from "./program/asked.ts";
export { type ProgramChange, programChanges } from "./program/changes.ts";
export { type Comparison, compare } from "./program/comparison.ts";
export { bytesOf, type Files, isSameFile, plainOf, type SourceFile, sourceFile } from "./program/files.ts";
export { setAside } from "./program/set-aside.ts";
export { secretIn } from "./program/values.ts";
export { renderHtml, renderMarkdown, renderText } from "./report.ts";
export { judge, type Outcome, type ReviewInput, type Verdict } from "./verdict.ts";
