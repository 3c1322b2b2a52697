export { consolePage } from "./page/page.ts";
export type { Ask } from "./read/ask.ts";
export { read } from "./read/read.ts";
export type { Sources } from "./read/sources.ts";
export type { Reading } from "./reading.ts";
export { verdictOf } from "./verdict.ts";
