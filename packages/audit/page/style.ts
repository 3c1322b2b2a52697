/** What an audit has besides the common rules: its verdict, its rows, and the picture of its links. */
export const style = `
.verdict { border-left: .35rem solid; border-radius: .3rem; padding: .7rem 1rem; margin: 1rem 0; }
.verdict strong { display: block; font-size: 1.12rem; }
.verdict ul { margin: .4rem 0 0; padding-left: 1.1rem; } .verdict li { margin: .3rem 0; overflow-wrap: anywhere; }
.finding { color: var(--bad); } .verdict.finding { background: var(--bad-soft); border-color: var(--bad); }
.unknown { color: var(--open); } .verdict.unknown { background: var(--open-soft); border-color: var(--open); }
.fine { color: var(--good); } .verdict.fine { background: var(--good-soft); border-color: var(--good); }
.verdict li, .verdict p { color: var(--text); }
.rows td:nth-child(1) { width: 6.2rem; font-weight: 600; white-space: nowrap; } .rows td:nth-child(2) { width: 25%; }
.rows tr td { color: var(--text); }
.rows tr.finding td { background: var(--bad-soft); } .rows tr.unknown td { background: var(--open-soft); }
.rows tr td:first-child { color: var(--good); padding-left: .4rem; } .rows tr.finding td:first-child { color: var(--bad); } .rows tr.unknown td:first-child { color: var(--open); }
td .line { display: block; white-space: nowrap; }
.source { display: block; color: var(--quiet); font-size: .82rem; }
figure { margin: 1rem 0; padding: .75rem; background: var(--soft); border: 1px solid var(--line); border-radius: .4rem; overflow-x: auto; }
svg { display: block; width: 100%; min-width: 40rem; height: auto; }
svg text { fill: var(--text); font: 12px system-ui, sans-serif; } svg .small { fill: var(--quiet); font-size: 10.5px; } svg .mono { font-family: ui-monospace, Menlo, Consolas, monospace; font-size: 10px; }
svg .box { fill: var(--page); stroke: var(--line); } svg .account { fill: none; stroke: var(--line); stroke-dasharray: 5 4; }
svg .fence { stroke: var(--own); stroke-width: 3; fill: none; } svg .way { stroke: var(--own); stroke-width: 1.5; fill: none; } svg .trust { stroke: var(--good); stroke-width: 1.5; fill: none; stroke-dasharray: 3 3; }
svg .arrow { fill: var(--own); } svg .head { font-weight: 600; }
footer { margin-top: 2.5rem; padding-top: .75rem; border-top: 1px solid var(--line); }
.sign { display: flex; gap: 2rem; flex-wrap: wrap; margin-top: 2rem; } .sign div { flex: 1 1 12rem; border-top: 1px solid var(--text); padding-top: .2rem; font-size: .82rem; color: var(--quiet); }
@media (max-width: 40rem) { body { padding: 1rem .8rem; }
  table.wide thead { display: none; } table.wide tr, .rows tr { display: block; border-bottom: 1px solid var(--line); padding: .45rem .3rem; }
  table.wide td, .rows td, .rows td:nth-child(n) { display: block; width: auto; border: 0; padding: .08rem 0; }
  table.wide td[data-label]::before { content: attr(data-label) ": "; color: var(--quiet); } }
@media print { svg { min-width: 0; } }
`;
