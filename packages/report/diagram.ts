import { html, type Markup, type Part } from "./markup.ts";

/** Parts of a diagram, by the pixels of its view box. Every element has an end tag, as in HTML. */
export const diagram = (width: number, height: number, label: string, ...parts: readonly Part[]): Markup =>
  html`<svg class="diagram" viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}" xmlns="http://www.w3.org/2000/svg">
<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" class="tip"></path></marker></defs>
${parts}</svg>`;

export const group = (down: number, ...parts: readonly Part[]): Markup =>
  html`<g transform="translate(0 ${down})">${parts}</g>`;

type Rectangle = readonly [x: number, y: number, width: number, height: number];

/** A frame has other parts in it; a box stands for one thing. */
export const rectangle = ([x, y, width, height]: Rectangle, kind: "box" | "frame"): Markup =>
  html`<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="5" class="${kind}"></rect>`;

/** @param path in the commands of SVG */
export const arrow = (path: string, kind: "way" | "trust" = "way"): Markup =>
  html`<path d="${path}" class="${kind}" marker-end="url(#tip)"></path>`;

export const bar = (path: string): Markup => html`<path d="${path}" class="bar"></path>`;

type Look = "head" | "plain" | "note" | "mono";

export const label = (
  x: number,
  y: number,
  text: string,
  look: Look = "plain",
  anchor: "start" | "middle" = "start",
): Markup => html`<text x="${x}" y="${y}" class="${look}" text-anchor="${anchor}">${text}</text>`;
