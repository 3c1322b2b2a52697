/** A line's colour, on white and on black. The legend says which is which. */
const colours = [
  ["#0b6bb5", "#6bb8ef"],
  ["#c2570c", "#f0955a"],
  ["#0a7d5a", "#3fc79b"],
  ["#a8327e", "#e58cc4"],
  ["#7a6200", "#dcc24a"],
  ["#5b3fb0", "#b09cf2"],
  ["#9c1f1f", "#ff8f8a"],
  ["#4d5661", "#b4bdc8"],
] as const;

/** The one style sheet of all pages: readable on white and on black, on paper and on a telephone. */
export const style = `
:root { color-scheme: light dark; --text: light-dark(#1b1f23, #e8eaed); --quiet: light-dark(#5a626c, #9aa7b5);
  --line: light-dark(#d6dbe1, #39414b); --page: light-dark(#fff, #13171b); --soft: light-dark(#f5f7f9, #1b2127);
  --good: light-dark(#12672f, #74d698); --good-soft: light-dark(#e6f4ea, #14301f);
  --bad: light-dark(#a9161d, #ff9494); --bad-soft: light-dark(#fdecec, #3d1b1d);
  --open: light-dark(#7c5000, #f1c75b); --open-soft: light-dark(#fff4d6, #38300f); --own: light-dark(#20508c, #9cc3f2); }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 1.25rem; background: var(--page); color: var(--text);
  font: 15px/1.45 system-ui, -apple-system, "Segoe UI", sans-serif; }
h1, h2 { text-wrap: balance; } h1 { margin: 0 0 .25rem; font-size: 1.5rem; line-height: 1.2; }
h2 { margin: 2rem 0 .3rem; font-size: 1.12rem; } h3 { margin: 0; font-size: 1rem; } section section h3 { margin-top: .9rem; }
p { margin: .3rem 0; } a { color: var(--own); } .quiet { color: var(--quiet); } .small { font-size: .86rem; }
.remark { display: block; color: var(--quiet); font-size: .86rem; }
code, pre { font: .88em/1.4 ui-monospace, "SF Mono", Menlo, Consolas, monospace; overflow-wrap: anywhere; }
.good { --tone: var(--good); --tone-soft: var(--good-soft); } .bad { --tone: var(--bad); --tone-soft: var(--bad-soft); }
.open { --tone: var(--open); --tone-soft: var(--open-soft); } .idle { --tone: var(--quiet); --tone-soft: var(--soft); }
.tone { color: var(--tone); }
.verdict { margin: 1rem 0; padding: .7rem 1rem; border-left: .35rem solid var(--tone); border-radius: .3rem;
  background: var(--tone-soft); }
.verdict > strong { font-size: 1.2rem; } .verdict ul { display: grid; grid-template-columns: max-content 1fr;
  gap: .35rem .8rem; margin: .4rem 0 0; padding: 0; list-style: none; }
.verdict li { display: grid; grid-column: 1 / -1; grid-template-columns: subgrid; overflow-wrap: anywhere; }
.verdict li > div { white-space: pre-line; }
.wide { overflow-x: auto; } table { width: 100%; border-collapse: collapse; }
th, td { padding: .35rem .6rem .35rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
td { overflow-wrap: anywhere; } td .short, td:first-child > .tone { white-space: nowrap; } .wide + .wide { margin-top: 1rem; }
tr[class] td { background: var(--tone-soft); } tr[class] :is(td, th):first-child { padding-left: .4rem; }
th { font-size: .86rem; font-weight: 600; color: var(--quiet); } td:first-child > .tone { font-weight: 600; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; padding-right: 1.2rem; }
summary { cursor: pointer; } details[open] > summary { margin-bottom: .2rem; }
.change { margin: .6rem 0; } .change pre { margin: .2rem 0; padding: .3rem .8rem; background: var(--soft); white-space: pre-wrap; }
.before { border-left: .3rem solid var(--bad); } .after { border-left: .3rem solid var(--good); }
figure { margin: 0; padding: .75rem; border: 1px solid var(--line); border-radius: .4rem; background: var(--soft); }
figcaption { margin-bottom: .5rem; } .nothing { align-self: center; margin: 0; }
.panels { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(20rem, 100%), 1fr)); gap: .9rem; }
.panels figure { display: grid; grid-row: span 4; grid-template-rows: subgrid; row-gap: 0; }
svg { display: block; width: 100%; height: auto; } svg text { font: 11px system-ui, sans-serif; fill: var(--quiet); }
svg .grid { stroke: var(--line); fill: none; }
.chart path { fill: none; stroke: currentColor; stroke-width: 1.6; stroke-linejoin: round; stroke-linecap: round; }
.chart .grid { stroke: var(--line); stroke-width: 1; }
.legend { list-style: none; margin: .2rem 0 0; padding: 0; display: flex; flex-wrap: wrap; align-content: start;
  gap: .1rem .9rem; font-size: .84rem; }
.legend li { overflow-wrap: anywhere; } .legend b { font-weight: 600; font-variant-numeric: tabular-nums; }
.legend i { display: inline-block; width: .9rem; height: .2rem; margin-right: .35rem; vertical-align: middle;
  border-radius: .1rem; background: currentColor; }
${colours.map(([light, dark], index) => `.line${index} { color: light-dark(${light}, ${dark}); }`).join("\n")}
.drawing { margin: 1rem 0; overflow-x: auto; } .drawing svg { min-width: 40rem; }
.timeline polyline { fill: none; stroke: var(--own); stroke-width: 1.5; } .timeline .bad { fill: #d64545; }
.timeline .open { fill: #f0b429; } .timeline .idle { fill: var(--quiet); } .timeline .full { fill: var(--text); }
.tones i { height: .7rem; } .tones .value { height: .2rem; background: var(--own); } .tones .bad { background: #d64545; }
.tones .open { background: #f0b429; } .tones .idle { background: var(--quiet); } .tones .full { background: var(--text); }
.diagram text { fill: var(--text); font-size: 12px; } .diagram .head { font-weight: 600; }
.diagram .note { fill: var(--quiet); font-size: 10.5px; } .diagram .mono { font: 10px ui-monospace, Menlo, Consolas, monospace; }
.diagram .box { fill: var(--page); stroke: var(--line); } .diagram .frame { fill: none; stroke: var(--line); stroke-dasharray: 5 4; }
.diagram .bar { stroke: var(--own); stroke-width: 3; fill: none; } .diagram .tip { fill: var(--own); }
.diagram .way { stroke: var(--own); stroke-width: 1.5; fill: none; }
.diagram .trust { stroke: var(--good); stroke-width: 1.5; fill: none; stroke-dasharray: 3 3; }
footer { margin-top: 2.5rem; padding-top: .75rem; border-top: 1px solid var(--line); }
.sign { display: flex; gap: 2rem; flex-wrap: wrap; margin-top: 2rem; }
.sign div { flex: 1 1 12rem; border-top: 1px solid var(--text); padding-top: .2rem; font-size: .86rem; }
@media (max-width: 40rem) { body { padding: 1rem .8rem; } .verdict :is(ul, li) { grid-template-columns: 1fr; } .verdict li { row-gap: 0; } thead { display: none; }
  tr, td { display: block; } tr { padding: .4rem 0; border-bottom: 1px solid var(--line); }
  td { padding: .05rem 0; border: 0; } td > div { display: inline; } td > div + div::before { content: ", "; } .number { text-align: left; }
  td:not(:first-child)[data-label]:not([data-label=""])::before { content: attr(data-label) ": "; color: var(--quiet); } }
@media print { :root { color-scheme: light; } body { max-width: none; padding: 0; font-size: 10.5pt; } .drawing svg { min-width: 0; }
  tr, figure, details { break-inside: avoid; } h2 { break-after: avoid; } }
`;
