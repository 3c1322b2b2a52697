/** HTML that is safe to put on a page: only `html` makes it, and it escapes whatever is not HTML already. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = Markup | string | number | readonly Part[];

/** html`<td>${value}</td>`: text is escaped, HTML is not, lists are joined. Attributes need their quotes. */
export function html(pieces: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(
    pieces.map((piece, index) => (index === 0 ? piece : render(parts[index - 1] ?? "") + piece)).join(""),
  );
}

function render(part: Part): string {
  if (part instanceof Markup) return part.text;
  if (typeof part === "object") return part.map(render).join("");
  const names: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return String(part).replace(/[&<>"']/g, (sign) => names[sign] ?? sign);
}
