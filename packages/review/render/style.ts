/** What a review has besides the common rules. */
export const style = `
header, article { border-left: .4rem solid var(--tone); padding: .6rem 1rem; background: var(--soft); }
article { margin: .6rem 0; } h1 { font-size: 1.3rem; }
.outcome { color: var(--tone); font-size: 1.5rem; font-weight: 700; }
.small { color: var(--quiet); } .wide { overflow-x: auto; }
pre { padding: .8rem; background: var(--soft); white-space: pre-wrap; }
.entry { margin: .6rem 0; } .entry pre { margin: .2rem 0; padding: .3rem .8rem; overflow-wrap: anywhere; }
.before { border-left: .3rem solid var(--bad); } .after { border-left: .3rem solid var(--good); }
tr.loud td { color: var(--bad); }
details.policy { border-bottom: 1px solid var(--line); padding: .35rem 0; }
summary { cursor: pointer; }
.badge { color: var(--tone); font-weight: 700; }
@media (max-width: 40rem) {
  thead { display: none; } tr { display: block; padding: .5rem 0; border-bottom: 1px solid var(--line); }
  td { display: block; padding: .1rem 0; border: 0; }
}
@media print { details { break-inside: avoid; } }
`;
