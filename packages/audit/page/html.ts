import { Markup, type Part, render } from "@metrics-link/report/markup.ts";

export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** Elements without an end tag that we use (HTML, "void elements"). */
const voids = new Set(["meta"]);

/** One element. Children and attribute values are text unless they are markup already. */
export function element(name: string, attributes: Attributes, ...children: readonly Part[]): Markup {
  const pairs = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [` ${key}="${render(value)}"`],
  );
  const start = `<${name}${pairs.join("")}>`;
  return new Markup(voids.has(name) ? start : `${start}${render(children)}</${name}>`);
}

/** Elements with no attributes but a class. */
export const h = (name: string, className: string, ...children: readonly Part[]): Markup =>
  element(name, className === "" ? {} : { class: className }, ...children);
