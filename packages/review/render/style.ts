/** Colours are the system's own where they can be; the three tones are readable on white and on black. */
export const style = `
:root { color-scheme: light dark; --good: light-dark(#0a6b2d, #5fd38a); --bad: light-dark(#b3121d, #ff8a8f);
  --open: light-dark(#8a5300, #ffc15e); --idle: light-dark(#5c636b, #9aa3ad); --line: light-dark(#d6dade, #3a4148);
  --page: light-dark(#fff, #14171a); --text: light-dark(#1b1f23, #e8eaed); --soft: light-dark(#f5f6f8, #1d2226); }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 68rem; padding: 1rem; background: var(--page); color: var(--text);
  font: 16px/1.45 system-ui, sans-serif; }
h1 { margin: 0; font-size: 1.3rem; } h2 { margin: 2rem 0 .6rem; font-size: 1.1rem; } h3 { margin: 0; font-size: 1rem; }
p { margin: .3rem 0; } code, pre { font: .92em/1.4 ui-monospace, monospace; overflow-wrap: anywhere; }
pre { padding: .8rem; background: var(--soft); white-space: pre-wrap; }
.good { --tone: var(--good); } .bad { --tone: var(--bad); } .open { --tone: var(--open); } .idle { --tone: var(--idle); }
header, article { border-left: .4rem solid var(--tone); padding: .6rem 1rem; background: var(--soft); }
article { margin: .6rem 0; }
.outcome { color: var(--tone); font-size: 1.5rem; font-weight: 700; }
.small { font-size: .86rem; color: var(--idle); }
.wide { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; }
th, td { padding: .35rem .6rem .35rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top;
  overflow-wrap: anywhere; }
th { font-size: .86rem; color: var(--idle); font-weight: 600; }
tr.loud td { color: var(--bad); }
details.policy { border-bottom: 1px solid var(--line); padding: .35rem 0; }
summary { cursor: pointer; }
.badge { color: var(--tone); font-weight: 700; }
@media (max-width: 40rem) {
  thead { display: none; } tr { display: block; padding: .5rem 0; border-bottom: 1px solid var(--line); }
  td { display: block; padding: .1rem 0; border: 0; }
}
@media print {
  :root { color-scheme: light; } body { max-width: none; font-size: 11px; }
  tr, article, details { break-inside: avoid; }
}
`;
