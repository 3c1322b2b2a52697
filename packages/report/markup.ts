import { printableLines } from "@metrics-link/contract";

/** HTML that is safe to put on a page: `html` escapes every part that is not markup already. */
export class Markup {
  readonly text: string;

  /** @param text HTML of our own, never text from outside */
  constructor(text: string) {
    this.text = text;
  }
}

export type Part = Markup | string | number | readonly Part[] | undefined;

/** html`<td>${value}</td>`: text is escaped, HTML is not, lists are joined. Attributes need their quotes. */
export function html(pieces: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(pieces.map((piece, index) => (index === 0 ? piece : render(parts[index - 1]) + piece)).join(""));
}

/**
 * Text as HTML that shows it, also in a quoted attribute; nothing for undefined. Control characters and overrides of the
 * reading direction may come from a certificate or a label, so they are written out.
 */
function render(part: Part): string {
  if (part === undefined) return "";
  if (part instanceof Markup) return part.text;
  if (typeof part === "object") return part.map(render).join("");
  return printableLines(String(part)).replaceAll(/[&<>"']/g, (sign) => names[sign] ?? sign);
}

const names: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
