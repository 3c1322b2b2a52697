import type { Markup, Part } from "@metrics-link/report/markup.ts";
import { element, h } from "./html.ts";

/** A table with a line of headings; on a telephone each cell carries its heading itself. */
export function table(headings: readonly string[], rows: readonly (readonly Part[])[]): Markup {
  if (rows.length === 0) return h("p", "quiet", "None.");
  return h(
    "table",
    "wide",
    h(
      "thead",
      "",
      h(
        "tr",
        "",
        headings.map((heading) => h("th", "", heading)),
      ),
    ),
    h(
      "tbody",
      "",
      rows.map((cells) =>
        h(
          "tr",
          "",
          cells.map((cell, index) => element("td", { "data-label": headings[index] }, cell)),
        ),
      ),
    ),
  );
}
