/** Markup that is finished: whatever was put into it is escaped. Only `element` and `join` make it. */
export class Html {
  readonly text: string;

  /** @param text markup; never called with text that was read somewhere */
  constructor(text: string) {
    this.text = text;
  }
}

export type Child = Html | string | number | readonly Child[] | undefined;
export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** Elements without an end tag that we use (HTML, "void elements"). */
const voids = new Set(["meta"]);

/** One element. Children and attribute values are text unless they are markup already. */
export function element(name: string, attributes: Attributes, ...children: readonly Child[]): Html {
  const pairs = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [` ${key}="${escaped(String(value))}"`],
  );
  const start = `<${name}${pairs.join("")}>`;
  return new Html(voids.has(name) ? start : `${start}${children.map(rendered).join("")}</${name}>`);
}

/** Elements with no attributes but a class. */
export const h = (name: string, className: string, ...children: readonly Child[]): Html =>
  element(name, className === "" ? {} : { class: className }, ...children);

function rendered(child: Child): string {
  if (child === undefined) return "";
  if (child instanceof Html) return child.text;
  return Array.isArray(child) ? child.map(rendered).join("") : escaped(String(child));
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
const escaped = (text: string) => text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? "");
