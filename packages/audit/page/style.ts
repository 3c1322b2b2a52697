/** The page's only style sheet: no network, light and dark, paper, and a telephone's width. */
export const style = `
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5a6676; --line: #d5dbe3; --paper: #fff; --panel: #f5f7fa;
  --bad: #a4161a; --bad-soft: #fdecec; --unknown: #7a5200; --unknown-soft: #fff4d6; --good: #17663a; --good-soft: #e6f4ea; --own: #20508c; }
@media screen and (prefers-color-scheme: dark) { :root { --ink: #e6eaf0; --soft: #9aa7b8; --line: #353f4c; --paper: #12161c; --panel: #1b2129;
  --bad: #ff9a94; --bad-soft: #3d1b1b; --unknown: #f1c75b; --unknown-soft: #38300f; --good: #7fd6a0; --good-soft: #14301f; --own: #9cc3f2; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 68rem; padding: 1.5rem; background: var(--paper); color: var(--ink);
  font: 15px/1.45 system-ui, -apple-system, "Segoe UI", sans-serif; }
h1, h2 { text-wrap: balance; }
h1 { font-size: 1.55rem; margin: 0 0 .25rem; line-height: 1.2; }
h2 { font-size: 1.12rem; margin: 2rem 0 .25rem; }
p { margin: .25rem 0 .75rem; } .soft { color: var(--soft); }
code, .mono { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; font-size: .84em; overflow-wrap: anywhere; }
.verdict { border-left: .35rem solid; border-radius: .3rem; padding: .7rem 1rem; margin: 1rem 0; }
.verdict strong { display: block; font-size: 1.12rem; }
.verdict ul { margin: .4rem 0 0; padding-left: 1.1rem; } .verdict li { margin: .3rem 0; overflow-wrap: anywhere; }
.finding { color: var(--bad); } .verdict.finding { background: var(--bad-soft); border-color: var(--bad); }
.unknown { color: var(--unknown); } .verdict.unknown { background: var(--unknown-soft); border-color: var(--unknown); }
.fine { color: var(--good); } .verdict.fine { background: var(--good-soft); border-color: var(--good); }
.verdict li, .verdict p { color: var(--ink); }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 0; }
th, td { text-align: left; vertical-align: top; padding: .4rem .6rem .4rem 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
th { font-weight: 600; color: var(--soft); font-size: .82rem; }
.rows td:nth-child(1) { width: 6.2rem; font-weight: 600; white-space: nowrap; } .rows td:nth-child(2) { width: 25%; }
.rows tr td { color: var(--ink); }
.rows tr.finding td { background: var(--bad-soft); } .rows tr.unknown td { background: var(--unknown-soft); }
.rows tr td:first-child { color: var(--good); padding-left: .4rem; } .rows tr.finding td:first-child { color: var(--bad); } .rows tr.unknown td:first-child { color: var(--unknown); }
td .line { display: block; white-space: nowrap; }
.source { display: block; color: var(--soft); font-size: .82rem; }
figure { margin: 1rem 0; padding: .75rem; background: var(--panel); border: 1px solid var(--line); border-radius: .4rem; overflow-x: auto; }
svg { display: block; width: 100%; min-width: 40rem; height: auto; }
svg text { fill: var(--ink); font: 12px system-ui, sans-serif; } svg .small { fill: var(--soft); font-size: 10.5px; } svg .mono { font-family: ui-monospace, Menlo, Consolas, monospace; font-size: 10px; }
svg .box { fill: var(--paper); stroke: var(--line); } svg .account { fill: none; stroke: var(--line); stroke-dasharray: 5 4; }
svg .fence { stroke: var(--own); stroke-width: 3; fill: none; } svg .way { stroke: var(--own); stroke-width: 1.5; fill: none; } svg .trust { stroke: var(--good); stroke-width: 1.5; fill: none; stroke-dasharray: 3 3; }
svg .arrow { fill: var(--own); } svg .head { font-weight: 600; }
footer { margin-top: 2.5rem; padding-top: .75rem; border-top: 1px solid var(--line); }
.sign { display: flex; gap: 2rem; flex-wrap: wrap; margin-top: 2rem; } .sign div { flex: 1 1 12rem; border-top: 1px solid var(--ink); padding-top: .2rem; font-size: .82rem; color: var(--soft); }
@media (max-width: 40rem) { body { padding: 1rem .8rem; }
  table.wide thead { display: none; } table.wide tr, .rows tr { display: block; border-bottom: 1px solid var(--line); padding: .45rem .3rem; }
  table.wide td, .rows td, .rows td:nth-child(n) { display: block; width: auto; border: 0; padding: .08rem 0; }
  table.wide td[data-label]::before { content: attr(data-label) ": "; color: var(--soft); } }
@media print { :root { color-scheme: light; --paper: #fff; --ink: #000; } body { max-width: none; padding: 0; font-size: 10.5pt; } tr, figure, .verdict { break-inside: avoid; } h2 { break-after: avoid; } svg { min-width: 0; } }
`;
