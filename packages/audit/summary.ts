import { printable } from "@metrics-link/contract";
import { type Audit, rowsWith } from "./audit.ts";

/** What is on top of the page, for a terminal. A line is a line, whatever a peer or a host says of itself. */
export function summary(judged: Audit): string {
  const told = (["finding", "not known"] as const).flatMap((status) =>
    rowsWith(judged, status).map(({ title, about, seen }) =>
      printable(`${status}: ${title}, ${about}: ${oneLine(seen)}`),
    ),
  );
  const fine = rowsWith(judged, "fine").length;
  return [...told, `${fine} checks saw what ought to be, ${told.length} did not`].join("\n");
}

/** Messages of our own have several lines. */
const oneLine = (text: string) => text.replaceAll(/\s*\n\s*/g, " ");
