export { consolePage } from "./page.ts";
export type { Ask, Sources } from "./read/ask.ts";
export { read } from "./read/read.ts";
export type { Comparison, Reading } from "./reading.ts";
export { verdictOf } from "./verdict.ts";
