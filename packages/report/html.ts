import type { Block, Change, Figure, Inline, Instead, Report, Section, Table, Tone } from "./document.ts";
import type { Finding, Verdict } from "./finding.ts";
import { html, Markup, type Part } from "./markup.ts";
import { style } from "./style.ts";

export interface PageHead {
  readonly title: string;
  /** After so many seconds the browser loads the page again; a page in a file never does. */
  readonly refreshSeconds?: number | undefined;
}

/** Nothing is fetched; styles stand in the page itself, also as attributes. */
export const contentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'";

/**
 * An HTML document that needs nothing else: no script, font or image from anywhere, which its content security policy
 * also says. Light or dark as the reader's machine is; it prints.
 */
export const page = ({ title, refreshSeconds }: PageHead, ...body: readonly Part[]): string =>
  html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="${contentSecurityPolicy}">
${refreshSeconds === undefined ? "" : html`<meta http-equiv="refresh" content="${refreshSeconds}">`}
<title>${title}</title>
<style>${new Markup(style)}</style>
</head>
<body>
${body}
</body>
</html>
`.text;

/** A report as one page. @param refreshSeconds for a page that is served */
export const renderHtml = (report: Report, refreshSeconds?: number): string =>
  page(
    { title: report.title, refreshSeconds },
    html`<h1>${report.heading ?? report.title}</h1>
<p class="quiet">${inline(report.intro)}</p>
${verdictBox(report.verdict)}
${report.blocks.map(block)}
${report.signature === undefined ? "" : signature(report.signature)}`,
  );

const toneClasses: Readonly<Record<Tone, string>> = {
  critical: "bad",
  "not known": "open",
  warning: "open",
  ok: "good",
  idle: "idle",
};

const verdictBox = ({ severity, headline, findings }: Verdict): Markup =>
  html`<div class="verdict ${toneClasses[severity]}"><strong class="tone">${headline}</strong>
${findings.length === 0 ? "" : html`<ul>${findings.map(finding)}</ul>`}</div>`;

const finding = ({
  severity,
  subject,
  what,
  remedy,
  rule,
  source,
}: Finding): Markup => html`<li class="${toneClasses[severity]}">
<b class="tone">${severity}</b><div><b>${subject}</b> ${what}${
  remedy === undefined ? "" : html`<div><i>Remedy:</i> ${remedy}</div>`
}${
  rule === undefined && source === undefined
    ? ""
    : html`<div class="small quiet">${rule === undefined ? "" : html`<code>${rule}</code> `}${source}</div>`
}</div></li>
`;

/** Characters of a name that a narrow column leaves in one piece. */
const longest = 24;

function inline(content: Inline): Part {
  if (typeof content === "string") return content;
  if (!("kind" in content)) return content.map(inline);
  switch (content.kind) {
    case "code":
      return html`<code${content.text.length > longest ? "" : html` class="short"`}>${content.text}</code>`;
    case "anchor":
      return html`<a href="#${content.text}">${content.text}</a>`;
    case "strong":
      return html`<b>${inline(content.content)}</b>`;
    case "quiet":
      return html`<span class="remark">${inline(content.content)}</span>`;
    case "badge":
      return html`<span class="tone ${toneClasses[content.tone]}">${inline(content.content)}</span>`;
    case "lines":
      return content.lines.map((line) => html`<div>${inline(line)}</div>`);
    case "more":
      return html`<details><summary>${inline(content.summary)}</summary>${inline(content.content)}</details>`;
  }
}

function block(one: Block): Markup {
  switch (one.kind) {
    case "text":
      return html`<p>${inline(one.content)}</p>
`;
    case "table":
      return table(one);
    case "section":
      return section(one);
    case "changes":
      return html`${one.changes.map(change)}`;
    case "figures":
      return html`<div class="panels">${one.figures.map(figure)}</div>`;
    case "drawing":
      return html`<figure class="drawing">${one.drawing}</figure>`;
  }
}

function section({ title, note, id, badge, isPart, blocks }: Section): Markup {
  const name = new Markup(isPart ? "h3" : "h2");
  const sign = badge && html` <span class="tone ${toneClasses[badge.tone]}">${badge.text}</span>`;
  return html`<section${id === undefined ? "" : html` id="${id}"`}><${name}>${title}${sign}</${name}>
${note === undefined ? "" : html`<p class="quiet">${inline(note)}</p>`}
${blocks.map(block)}</section>
`;
}

/** On a narrow screen each cell carries its heading itself. */
function table({ columns, rows }: Table): Markup {
  if (rows.length === 0) return html`<p class="quiet">None.</p>`;
  const kind = (index: number) => (columns[index]?.align === "right" ? html` class="number"` : "");
  return html`<div class="wide"><table>
<thead><tr>${columns.map(({ title }, index) => html`<th${kind(index)}>${title}</th>`)}</tr></thead>
<tbody>${rows.map(
    ({ cells, tone }) => html`<tr${tone === undefined ? "" : html` class="${toneClasses[tone]}"`}>${cells.map(
      (cell, index) => html`<td${kind(index)} data-label="${columns[index]?.title}">${inline(cell)}</td>`,
    )}</tr>
`,
  )}</tbody></table></div>`;
}

const change = ({ where, before, after }: Change): Markup => html`<div class="change"><code>${where}</code>
${before === undefined ? "" : html`<pre class="before">${before}</pre>`}${
  after === undefined ? "" : html`<pre class="after">${after}</pre>`
}</div>`;

const figure = ({ title, description, body, note }: Figure): Markup => html`<figure>
<figcaption><h3>${title}</h3><p class="small quiet">${description}</p></figcaption>
${body instanceof Markup ? body : instead(body)}${note === undefined ? "" : html`<p class="small quiet">${note}</p>`}
</figure>`;

const instead = ({ tone, badge, text }: Instead): Markup =>
  html`<p class="nothing ${toneClasses[tone]}">${badge === undefined ? "" : html`<b class="tone">${badge}</b> `}${text}</p>`;

const signature = (text: string): Markup => html`<footer class="quiet"><p>${text}</p>
<div class="sign"><div>Name</div><div>Date</div><div>Signature</div></div></footer>`;
