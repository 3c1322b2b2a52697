/** What every page has in common: tones that are readable on white and on black, type, tables, paper, a telephone. */
export const style = `
:root { color-scheme: light dark; --text: light-dark(#1b1f23, #e8eaed); --quiet: light-dark(#5a626c, #9aa7b5);
  --line: light-dark(#d6dbe1, #39414b); --page: light-dark(#fff, #13171b); --soft: light-dark(#f5f7f9, #1b2127);
  --good: light-dark(#12672f, #74d698); --good-soft: light-dark(#e6f4ea, #14301f);
  --bad: light-dark(#a9161d, #ff9494); --bad-soft: light-dark(#fdecec, #3d1b1d);
  --open: light-dark(#7c5000, #f1c75b); --open-soft: light-dark(#fff4d6, #38300f); --own: light-dark(#20508c, #9cc3f2); }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 68rem; padding: 1.25rem; background: var(--page); color: var(--text);
  font: 15px/1.45 system-ui, -apple-system, "Segoe UI", sans-serif; }
h1, h2 { text-wrap: balance; } h1 { margin: 0 0 .25rem; font-size: 1.5rem; line-height: 1.2; }
h2 { margin: 2rem 0 .3rem; font-size: 1.12rem; } h3 { margin: 0; font-size: 1rem; }
p { margin: .3rem 0; } .quiet { color: var(--quiet); } .small { font-size: .86rem; }
code, pre { font: .88em/1.4 ui-monospace, "SF Mono", Menlo, Consolas, monospace; overflow-wrap: anywhere; }
table { width: 100%; border-collapse: collapse; }
th, td { padding: .35rem .6rem .35rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top;
  overflow-wrap: anywhere; }
th { font-size: .86rem; font-weight: 600; color: var(--quiet); }
.good { --tone: var(--good); --tone-soft: var(--good-soft); } .bad { --tone: var(--bad); --tone-soft: var(--bad-soft); }
.open { --tone: var(--open); --tone-soft: var(--open-soft); } .idle { --tone: var(--quiet); --tone-soft: var(--soft); }
.tone { color: var(--tone); }
@media print { :root { color-scheme: light; } body { max-width: none; padding: 0; font-size: 10.5pt; }
  tr, article, figure, section > div { break-inside: avoid; } h2 { break-after: avoid; } }
`;
