import { page as document } from "@metrics-link/report/document.ts";
import type { Markup, Part } from "@metrics-link/report/markup.ts";
import { type Audit, receiversFirst, rowsWith } from "../audit.ts";
import type { AuditEvidence } from "../evidence.ts";
import type { Row, Status } from "../rows.ts";
import { diagram } from "./diagram.ts";
import { deviations, handshakes, rotations, routed, versions } from "./facts.ts";
import { h } from "./html.ts";
import { style } from "./style.ts";
import { classOf, code } from "./words.ts";
import { writers } from "./writers.ts";

/** The whole report as one HTML document that needs nothing else: no script, no font, no image from anywhere. */
export function page(given: AuditEvidence, audit: Audit): string {
  const evidence = { ...given, stacks: receiversFirst(given.stacks) };
  return document(
    { title: `Audit of ${evidence.stacks.map(({ stack }) => stack).join(" and ")}, ${evidence.takenAt}`, style },
    h("h1", "", "Who can write to this Prometheus, and how do you know?"),
    h("p", "quiet", preface(evidence)),
    verdict(audit),
    writers(evidence),
    diagram(evidence),
    audit.sections.map(({ title, why, rows }) =>
      h("section", "", h("h2", "", title), h("p", "quiet", why), rowTable(rows)),
    ),
    routed(evidence),
    handshakes(evidence),
    versions(evidence),
    rotations(evidence),
    deviations(evidence),
    h(
      "footer",
      "quiet",
      "Each line says where it was seen. What could not be read is said to be not known and makes the verdict no better. " +
        "The hosts were asked by Systems Manager with one command that reads only; EC2 and Pulumi were asked, nothing was changed. " +
        "A host that is in somebody else's hands can lie about itself; its fences at AWS, and its peer, are seen from outside of it.",
      h("div", "sign", h("div", "", "Name"), h("div", "", "Date"), h("div", "", "Signature")),
    ),
  );
}

function preface({ takenAt, source, stacks }: AuditEvidence): Part {
  const accounts = stacks.map(
    ({ stack, configuration: { account, role } }) => `${stack} (${role}, account ${account.id}, ${account.region})`,
  );
  return [
    `Taken at ${takenAt} of ${accounts.join(" and ")}. Source control: `,
    source === undefined ? "not known" : code(source.commit.slice(0, 12)),
    source?.changed ? ", with changes that are not committed." : ".",
  ];
}

/** What a reader must see first: what is wrong, then what could not be seen. */
function verdict(audit: Audit): Markup[] {
  const box = (status: Status, title: string, children: Part) =>
    h("div", `verdict ${classOf(status)}`, h("strong", "", title), children);
  const list = (status: "finding" | "not known") =>
    h(
      "ul",
      "",
      rowsWith(audit, status).map(({ title, about, seen }) => h("li", "", h("b", "", `${title}, ${about}: `), seen)),
    );
  const count = (status: Status) => rowsWith(audit, status).length;
  return [
    ...(count("finding") > 0
      ? [box("finding", `${count("finding")} ${count("finding") === 1 ? "finding" : "findings"}`, list("finding"))]
      : []),
    ...(count("not known") > 0 ? [box("not known", `${count("not known")} not known`, list("not known"))] : []),
    ...(audit.verdict === "fine"
      ? [box("fine", "No findings", h("p", "", `All ${count("fine")} checks saw what ought to be.`))]
      : []),
  ];
}

const rowTable = (rows: readonly Row[]): Markup =>
  h(
    "table",
    "rows",
    h(
      "tbody",
      "",
      rows.map(({ about, status, seen, source }) =>
        h(
          "tr",
          classOf(status),
          h("td", "", status === "fine" ? "ok" : status),
          h("td", "", about),
          h("td", "", seen, h("span", "source", source)),
        ),
      ),
    ),
  );
